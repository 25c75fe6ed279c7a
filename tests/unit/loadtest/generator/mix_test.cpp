// What is asked for: codes, kinds and cookies of CodeMix, and files replayed.
#include "common/error.hpp"
#include "loadtest/kit/code_mix.hpp"
#include "loadtest/kit/mix_replay.hpp"
#include "loadtest/mix/container.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

namespace waymark::loadtest {
namespace {

constexpr std::uint64_t seed = 7;

RequestCommon common() {
  RequestCommon common;
  common.authority = "go.example";
  common.headers = {"X-Load: 1"};
  return common;
}

std::string code_of(std::string_view bytes) {
  const std::size_t begin = bytes.find(' ') + 1;
  const std::string_view target = bytes.substr(begin, bytes.find(' ', begin) - begin);
  return std::string{target.substr(target.rfind('/') + 1)};
}

TEST(CodeMix, KeepsItsShares) {
  CodeMixOptions options;
  options.codes = read_codes("generated:50");
  options.unknown = 0.02;
  options.head = 0.03;
  options.crawlers = 0.04;
  options.previews = 0.05;
  options.tools = 0.06;
  const CodeMix mix{options, "/r/", common(), seed};
  const auto source = mix.source(0, 1);
  constexpr int draws = 20'000;
  std::map<std::string, double> seen;
  for (int i = 0; i < draws; ++i) {
    const Request request = source->next();
    const std::string kind = mix.kinds()[request.kind];
    seen[kind] += 1.0 / draws;
    EXPECT_EQ(request.head, kind == "head");
    EXPECT_EQ(request.bytes.starts_with("HEAD /r/"), request.head);
    EXPECT_EQ(request.may_be_unknown, kind == "unknown");
    EXPECT_TRUE(request.bytes.ends_with("X-Load: 1\r\n\r\n"));
    EXPECT_NE(request.bytes.find("\r\nHost: go.example\r\n"), std::string_view::npos);
  }
  const std::map<std::string, double> wanted{{"unknown", 0.02}, {"head", 0.03}, {"crawler", 0.04},
                                             {"preview", 0.05}, {"tool", 0.06}, {"person", 0.80}};
  for (const auto& [kind, share] : wanted) {
    EXPECT_NEAR(seen[kind], share, 4 * std::sqrt(share / draws)) << kind;
  }
}

TEST(CodeMix, PopularityFollowsZipf) {
  CodeMixOptions options;
  options.codes = read_codes("generated:100");
  for (const double exponent : {0.0, 1.0}) {
    options.zipf = exponent;
    const CodeMix mix{options, "/", common(), seed};
    const auto source = mix.source(0, 1);
    std::map<std::string, int> seen;
    for (int i = 0; i < 50'000; ++i) ++seen[code_of(source->next().bytes)];
    EXPECT_EQ(seen.size(), 100u);
    const double ratio = static_cast<double>(seen["load1"]) / seen["load10"];
    EXPECT_NEAR(ratio, exponent == 0 ? 1 : 10, exponent == 0 ? 0.25 : 1.2);
  }
}

TEST(CodeMix, TheSameSeedAsksTheSame) {
  CodeMixOptions options;
  options.codes = read_codes("generated:50");
  options.queries = true;
  options.previews = 0.1;
  const auto text = [&](std::uint64_t number, std::size_t thread) {
    const CodeMix mix{options, "/", common(), number};
    const auto source = mix.source(thread, 2);
    std::string all;
    for (int i = 0; i < 200; ++i) all += source->next().bytes;
    return all;
  };
  EXPECT_EQ(text(1, 0), text(1, 0));
  EXPECT_NE(text(1, 0), text(2, 0));
  EXPECT_NE(text(1, 0), text(1, 1));
}

TEST(CodeMix, VisitorsComeBackWithTheCookiesTheyGot) {
  CodeMixOptions options;
  options.codes = {"a"};
  options.returning = 0.4;
  const CodeMix mix{options, "/", common(), seed};
  const auto source = mix.source(0, 1);
  int with_cookie = 0;
  constexpr int draws = 5'000;
  for (int i = 0; i < draws; ++i) {
    const Request request = source->next();
    ASSERT_NE(request.visitor, 0u);
    const std::string own = "wm_ref=" + std::to_string(request.visitor);
    const bool has_cookie = request.bytes.find("\r\nCookie: ") != std::string_view::npos;
    if (has_cookie) {
      ++with_cookie;
      EXPECT_NE(request.bytes.find("\r\nCookie: " + own + "\r\n"), std::string_view::npos);
    }
    source->answered(request.visitor, own);
    source->answered(request.visitor, "");  // an answer without a cookie takes none away
  }
  EXPECT_NEAR(with_cookie, draws * 0.4, 4 * std::sqrt(draws * 0.24));
}

TEST(CodeMix, TheJarForgetsTheOldestVisitor) {
  CodeMixOptions options;
  options.codes = {"a"};
  options.returning = 1e-9;
  const CodeMix mix{options, "/", common(), seed};
  const auto source = mix.source(0, 1);
  std::uint32_t highest = 0;
  for (int i = 0; i < 25'000; ++i) {
    const Request request = source->next();
    highest = std::max(highest, request.visitor);
    EXPECT_EQ(request.bytes.find("Cookie:"), std::string_view::npos);
    source->answered(request.visitor, "a=1");
  }
  EXPECT_EQ(highest, 10'000u);
}

TEST(CodeMix, ChannelsAreAllUsed) {
  CodeMixOptions options;
  options.codes = {"a"};
  options.channels = {"mail", "whatsapp"};
  const CodeMix mix{options, "/", common(), seed};
  const auto source = mix.source(0, 1);
  std::map<std::string, int> seen;
  for (int i = 0; i < 1'000; ++i) ++seen[code_of(source->next().bytes)];
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_NEAR(seen["a?c=mail"], 500, 70);
}

std::string write_codes(const std::string& text) {
  const std::string file = testing::TempDir() + "codes-" + std::to_string(::getpid());
  std::ofstream{file, std::ios::binary} << text;
  return file;
}

TEST(Codes, AreReadFromAFile) {
  const std::string file = write_codes("anna7\r\n\nbob\nlast");
  EXPECT_EQ(read_codes(file), (std::vector<std::string>{"anna7", "bob", "last"}));
  std::remove(file.c_str());
}

TEST(Codes, MistakesAreNamed) {
  const std::string blank = write_codes("anna7\nb c\n");
  for (const std::string& from : {blank, std::string{"/nowhere/codes"}, std::string{"generated:0"},
                                  std::string{"generated:x"}, std::string{"generated:99999999"}}) {
    try {
      read_codes(from);
      ADD_FAILURE() << "taken: " << from;
    } catch (const StartupError& error) {
      EXPECT_NE(std::string{error.what()}.find("--codes"), std::string::npos) << error.what();
      const bool has_line = std::string{error.what()}.find("line 2") != std::string::npos;
      EXPECT_EQ(has_line, from == blank) << error.what();
    }
  }
  std::remove(blank.c_str());
}

TEST(MixReplay, RepeatsAFileInItsOrder) {
  mix::MixOptions options;
  options.count = 300;
  options.links = 50;
  const auto written = mix::make_mix(options);
  std::ostringstream file;
  mix::write_mix_file(file, written);
  RequestCommon plain;
  const MixReplay replay{file.str(), "requests.mix", plain, seed};
  const auto source = replay.source(0, 1);
  for (int round = 0; round < 2; ++round) {
    for (const mix::MixRequest& expected : written) {
      const Request request = source->next();
      ASSERT_EQ(request.bytes, expected.bytes);
      EXPECT_EQ(request.status, expected.status);
      EXPECT_EQ(replay.kinds()[request.kind], mix::to_text(expected.kind));
      EXPECT_EQ(request.head, expected.bytes.starts_with("HEAD "));
    }
  }
  const auto second = replay.source(1, 3);
  EXPECT_EQ(second->next().bytes, written[1].bytes);
  EXPECT_EQ(second->next().bytes, written[4].bytes);
}

TEST(MixReplay, MistakesAreNamedWithTheirPlace) {
  for (const char* text : {"", "5 302\nGET /", "5 302 person\nGET", "x 302 person\n", "1 302 a\nx",
                           "-5 302 person\n", "99999999999999999999 302 person\n"}) {
    try {
      const MixReplay replay{text, "requests.mix", {}, seed};
      ADD_FAILURE() << "taken: " << text;
    } catch (const StartupError& error) {
      EXPECT_NE(std::string{error.what()}.find("requests.mix"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace waymark::loadtest
