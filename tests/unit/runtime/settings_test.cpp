// Settings from flags, environment and file: which one wins, and what is said about mistakes.
#include "common/settings.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace waymark {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// What a program might bind.
struct Config {
  std::string redis = "redis://127.0.0.1:6379";
  Bytes window = 256 * MiB;
  Bytes journal_max = 16 * GiB;
  std::chrono::milliseconds linger = 5ms;
  std::uint64_t threads = 1;
  bool secure = true;
  ListenAddress listen{"127.0.0.1", 8080};
  std::vector<std::string> allow;
  std::string codes = "fold";
  std::string token;
};

class SettingsOf : public testing::Test {
 protected:
  SettingsOf() {
    settings_.bind("redis", config_.redis, "Redis server");
    settings_.bind("ship.window", config_.window, "Most that is sent and not committed", 1 * MiB,
                   64 * GiB);
    settings_.bind("journal.max_bytes", config_.journal_max, "Most the journal may take", 1 * MiB,
                   Bytes{1024 * GiB});
    settings_.bind("stream.linger", config_.linger, "Longest wait", 0ms, 1s);
    settings_.bind("threads", config_.threads, "Threads", 1, 64);
    settings_.bind("cookies.secure", config_.secure, "Secure cookies");
    settings_.bind("listen", config_.listen, "Address for visitors");
    settings_.bind("destinations.allow", config_.allow, "Hosts that may be destinations");
    settings_.bind_choice("codes.case", config_.codes, "Case of codes", {"fold", "exact"});
    settings_.bind("api.token", config_.token, "Token", SettingKind::secret);
    settings_.flag("--redis", "redis");
    settings_.flag("--listen", "listen");
    settings_.flag("--secure", "cookies.secure");
    settings_.flag("--allow", "destinations.allow");
  }
  ~SettingsOf() override {
    for (const std::string& name : environment_) ::unsetenv(name.c_str());
  }

  void load(std::vector<std::string> words, std::vector<std::string>* positional = nullptr) {
    words.insert(words.begin(), "waymark-redirect");
    std::vector<const char*> raw;
    for (const std::string& word : words) raw.push_back(word.c_str());
    settings_.load(static_cast<int>(raw.size()), raw.data(), positional);
  }

  // `<exit code> <message>` of a load that must fail.
  std::string failure(std::vector<std::string> words) {
    try {
      load(std::move(words));
    } catch (const StartupError& error) {
      return std::to_string(error.exit_code()) + " " + error.what();
    }
    return "it did not fail";
  }

  std::string file(const std::string& text) {
    const auto path = folder_.path() / "waymark.toml";
    std::ofstream{path} << text;
    return path.string();
  }
  void environment(const std::string& name, const std::string& value) {
    ::setenv(name.c_str(), value.c_str(), 1);
    environment_.push_back(name);
  }

  test::TemporaryFolder folder_;
  std::vector<std::string> environment_;
  Config config_;
  Settings settings_{"redirect"};
};

TEST_F(SettingsOf, KeepDefaultsWhenNothingIsSaid) {
  load({});
  EXPECT_EQ(config_.window, 256 * MiB);
  EXPECT_EQ(config_.listen.port, 8080);
}

TEST_F(SettingsOf, ReadEveryType) {
  load({"--set", "ship.window=8GiB", "--set=stream.linger=250ms", "--set", "threads=4", "--listen",
        "[::1]:9000", "--set", "destinations.allow= a.example, ,b.example\t,", "--set",
        "codes.case=exact", "--set", "cookies.secure=false", "--redis=redis://h/1"});
  EXPECT_EQ(config_.window, 8 * GiB);
  EXPECT_EQ(config_.linger, 250ms);
  EXPECT_EQ(config_.threads, 4U);
  EXPECT_EQ(config_.listen.host, "::1");
  EXPECT_EQ(config_.listen.text(), "[::1]:9000");
  EXPECT_THAT(config_.allow, testing::ElementsAre("a.example", "b.example"));
  EXPECT_EQ(config_.codes, "exact");
  EXPECT_FALSE(config_.secure);
  EXPECT_EQ(config_.redis, "redis://h/1");
}

TEST_F(SettingsOf, TakeAFlagOverTheEnvironmentOverTheFile) {
  const std::string path = file(R"([redirect]
threads = 2
ship.window = "2GiB"
[redirect.journal]
max_bytes = 1073741824
[tracker]
anything = 1
)");
  environment("WAYMARK_REDIRECT__SHIP__WINDOW", "3GiB");
  environment("WAYMARK_REDIRECT__JOURNAL__MAX_BYTES", "4GiB");
  environment("WAYMARK_REDIRECT_NOTE", "no double underscore: not ours");
  load({"--config", path, "--set", "journal.max_bytes=5GiB"});
  EXPECT_EQ(config_.threads, 2U);
  EXPECT_EQ(config_.window, 3 * GiB);
  EXPECT_EQ(config_.journal_max, 5 * GiB);
}

TEST_F(SettingsOf, ReadListsAndTruthFromAFile) {
  load({"--config", file("[redirect]\ncookies.secure = false\n"
                         "destinations.allow = [\"a.example\", \"b.example\"]\n")});
  EXPECT_FALSE(config_.secure);
  EXPECT_THAT(config_.allow, testing::ElementsAre("a.example", "b.example"));
}

// `redis` is a setting and `redis.links` another: TOML wants the table then.
TEST_F(SettingsOf, TakeAKeyThatIsAlsoTheStartOfOthers) {
  std::string links;
  settings_.bind("redis.links", links, "Server of links");
  load({"--config", file("[redirect.redis]\nlinks = \"redis://a\"\n")});
  EXPECT_EQ(links, "redis://a");
  load({"--config", file("[redirect]\nredis = \"redis://b\"\n\"redis.links\" = \"redis://c\"\n")});
  EXPECT_EQ(config_.redis, "redis://b");
  EXPECT_EQ(links, "redis://c");
}

TEST_F(SettingsOf, LetABooleanFlagStandAlone) {
  load({"--secure=false"});
  EXPECT_FALSE(config_.secure);
  load({"--secure"});
  EXPECT_TRUE(config_.secure);
}

TEST_F(SettingsOf, LetAListGrow) {
  environment("WAYMARK_REDIRECT__DESTINATIONS__ALLOW", "from.environment");
  load({"--allow", "a.example", "--set", "destinations.allow=b.example,c.example", "--allow=d"});
  EXPECT_THAT(config_.allow, testing::ElementsAre("a.example", "b.example", "c.example", "d"));
}

TEST_F(SettingsOf, RefuseWhatIsGivenTwice) {
  EXPECT_EQ(failure({"--redis", "redis://a", "--secure", "--redis", "redis://b"}),
            "2 --redis: redis is given twice; give it once");
  EXPECT_EQ(failure({"--set", "api.token=x", "--set", "api.token_file=/secret"}),
            "2 --set: api.token_file is given twice; give it once");
  EXPECT_EQ(failure({"--set", "threads=2", "--set", "threads=2"}),
            "2 --set: threads is given twice; give it once");
  EXPECT_EQ(failure({"--config", "/etc/a.toml", "--config", "/etc/b.toml"}),
            "2 --config: the file is given twice; give it once");
  EXPECT_THAT(failure({"--set", "thread=1", "--set", "thread=2"}), HasSubstr("unknown setting"));
}

TEST_F(SettingsOf, HandOverPositionalWords) {
  std::vector<std::string> words;
  load({"journal", "--set", "threads=2", "check", "--", "--odd"}, &words);
  EXPECT_THAT(words, testing::ElementsAre("journal", "check", "--odd"));
  EXPECT_THAT(failure({"journal"}), testing::StartsWith("2 unexpected word \"journal\""));
}

TEST_F(SettingsOf, NameTheNearestFlag) {
  EXPECT_EQ(failure({"--lisen", "x"}), "2 unknown flag --lisen; did you mean --listen?");
  EXPECT_EQ(failure({"--ship.window=1GiB"}),
            "2 unknown flag --ship.window; write --set ship.window=VALUE");
  EXPECT_EQ(failure({"--zzzzzzzzz"}), "2 unknown flag --zzzzzzzzz; try --help");
  EXPECT_EQ(failure({"--redis"}), "2 --redis needs a value; try --help");
  EXPECT_EQ(failure({"--set", "threads"}), "2 --set \"threads\": write it as --set key=value");
  EXPECT_EQ(failure({"--set", "thread=1"}),
            "2 --set: unknown setting \"thread\"; did you mean threads?");
}

TEST_F(SettingsOf, NameLineAndColumnInAFile) {
  const std::string path = file("[redirect]\nthreads = 2\nship.windov = \"1GiB\"\n");
  EXPECT_EQ(failure({"--config", path}),
            "78 " + path + ":3:6: unknown setting \"ship.windov\"; did you mean ship.window?");
  file("[redirect]\nthreads = 2000\n");
  EXPECT_EQ(failure({"--config", path}),
            "78 " + path + ":2:11: threads = \"2000\" is out of range; it may be 1 to 64");
  file("[redirct]\n");
  EXPECT_THAT(failure({"--config", path}), HasSubstr("did you mean redirect?"));
  file("threads = 2\n");
  EXPECT_THAT(failure({"--config", path}), HasSubstr(":1:1: \"threads\" stands outside"));
  file("[redirect]\nthreads = [1]\n");
  EXPECT_THAT(failure({"--config", path}), HasSubstr("threads takes one value, not a list"));
  file("[redirect]\nthreads = 1.5\n");
  EXPECT_THAT(failure({"--config", path}), HasSubstr("must be a text, a whole number"));
  file("[redirect\n");
  EXPECT_THAT(failure({"--config", path}), testing::StartsWith("78 " + path + ":1:"));
  EXPECT_THAT(failure({"--config", path + ".none"}), testing::StartsWith("78 " + path + ".none"));
}

TEST_F(SettingsOf, NameTheAllowedRange) {
  EXPECT_EQ(failure({"--set", "ship.window=1KiB"}),
            "2 --set: ship.window = \"1KiB\" is out of range; it may be 1MiB to 64GiB");
  EXPECT_EQ(failure({"--set", "stream.linger=2s"}),
            "2 --set: stream.linger = \"2s\" is out of range; it may be 0ms to 1s");
  EXPECT_THAT(failure({"--set", "stream.linger=5"}), HasSubstr("write it like 250ms"));
  EXPECT_THAT(failure({"--set", "ship.window=5 parsecs"}), HasSubstr("write it like 512KiB"));
  EXPECT_THAT(failure({"--set", "codes.case=upper"}), HasSubstr("must be one of fold, exact"));
  EXPECT_THAT(failure({"--set", "cookies.secure=yes"}), HasSubstr("must be true or false"));
  EXPECT_THAT(failure({"--set", "threads=two"}), HasSubstr("whole number from 1 to 64"));
  EXPECT_THAT(failure({"--set", "threads=99999999999999999999"}), HasSubstr("out of range"));
  EXPECT_THAT(failure({"--listen", "8080"}), HasSubstr("write it like 127.0.0.1:8080"));
}

TEST_F(SettingsOf, RefuseUnknownNamesInTheEnvironment) {
  environment("WAYMARK_REDIRECT__SHIP__WINDO", "1GiB");
  EXPECT_EQ(failure({}),
            "78 environment WAYMARK_REDIRECT__SHIP__WINDO: unknown setting "
            "\"ship.windo\"; did you mean ship.window?");
}

TEST_F(SettingsOf, ReadASecretFromAFileAndMaskIt) {
  const auto path = folder_.path() / "token";
  std::ofstream{path} << "geheim\n";
  environment("WAYMARK_REDIRECT__API__TOKEN_FILE", path.string());
  load({"--redis", "redis://u:hidden@h"});
  EXPECT_EQ(config_.token, "geheim");
  const std::string shown = settings_.describe();
  EXPECT_THAT(shown, HasSubstr(R"("api.token":"***")"));
  EXPECT_THAT(shown, HasSubstr(R"("redis":"redis://u:***@h")"));
  EXPECT_THAT(shown, HasSubstr(R"("ship.window":"256MiB")"));
  EXPECT_THAT(failure({"--set", "api.token_file=/nowhere"}), HasSubstr("cannot be read"));
  EXPECT_THAT(failure({"--set", "redis_file=/nowhere"}), HasSubstr("unknown setting"));
}

TEST_F(SettingsOf, PrintAndLeave) {
  for (const char* flag : {"--help", "-h", "--version", "--check-config"}) {
    testing::internal::CaptureStdout();
    EXPECT_THROW(load({flag}), Settings::Exit) << flag;
    EXPECT_FALSE(testing::internal::GetCapturedStdout().empty()) << flag;
  }
  testing::internal::CaptureStdout();
  EXPECT_THROW(load({"--help"}), Settings::Exit);
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              testing::AllOf(HasSubstr("ship.window"), HasSubstr("listen (--listen)"),
                             HasSubstr("[256MiB]")));
  EXPECT_THAT(failure({"--check-config", "--set", "threads=0"}), testing::StartsWith("2 "));
}

TEST_F(SettingsOf, KeepTheRulesOfTheProgramBeforeTheyAreCalledValid) {
  settings_.check([this] {
    if (config_.threads == 3) throw StartupError{exit_code::config, "three is odd"};
    config_.token = "filled in";
  });
  EXPECT_EQ(failure({"--check-config", "--set", "threads=3"}), "78 three is odd");
  load({"--set", "threads=4"});
  EXPECT_EQ(config_.token, "filled in");
}

TEST_F(SettingsOf, RefuseAKeyBoundTwice) {
  EXPECT_THROW(settings_.bind("redis", config_.token, "again"), std::logic_error);
  EXPECT_THROW(settings_.flag("--x", "not.bound"), std::logic_error);
}

}  // namespace
}  // namespace waymark
