#include "common/keys.hpp"

#include "common/error.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace waymark {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string secret_a(64, 'a');
const std::string secret_b(64, 'B');

class KeysFile : public testing::Test {
 protected:
  KeysFile() {
    std::string name = (std::filesystem::temp_directory_path() / "waymark-keys-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    file_ = folder_ / "keys";
  }
  ~KeysFile() override { std::filesystem::remove_all(folder_); }

  std::shared_ptr<const KeyRing> load(const std::string& text) {
    std::ofstream{file_} << text;
    return KeyRing::load(file_);
  }

  // The message with which loading `text` fails; also checks the exit code.
  std::string refusal(const std::string& text) {
    try {
      load(text);
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), exit_code::config);
      return error.what();
    }
    ADD_FAILURE() << "was accepted: " << text;
    return {};
  }

  std::filesystem::path folder_, file_;
};

TEST_F(KeysFile, first_line_signs_and_all_verify) {
  const auto keys = load("# rotated in January\n\n  new-1 " + secret_a + " \r\nold_1\t" + secret_b);
  EXPECT_EQ(keys->signing().id, "new-1");
  EXPECT_EQ(keys->all().size(), 2U);
  ASSERT_NE(keys->find("old_1"), nullptr);
  EXPECT_EQ(keys->find("old_1")->id, "old_1");
  EXPECT_EQ(keys->find("old"), nullptr);
}

TEST_F(KeysFile, digits_may_be_upper_case) {
  std::string lower(64, 'b');
  const auto upper = load("k " + secret_b)->signing().mac.sign("", "x");
  EXPECT_EQ(upper, load("k " + lower)->signing().mac.sign("", "x"));
}

TEST_F(KeysFile, errors_name_file_line_and_remedy_but_never_the_secret) {
  EXPECT_THAT(refusal("k1 " + secret_a + "\nk2 " + secret_b + "0\n"),
              AllOf(HasSubstr(file_.string()), HasSubstr("line 2"), HasSubstr("64 hex digits"),
                    HasSubstr("waymark keys new"), Not(HasSubstr(secret_b))));
}

TEST_F(KeysFile, refuses_what_is_no_key) {
  EXPECT_THAT(refusal(""), HasSubstr("holds no key"));
  EXPECT_THAT(refusal("# nothing\n"), HasSubstr("holds no key"));
  EXPECT_THAT(refusal("k1"), HasSubstr("64 hex digits"));
  EXPECT_THAT(refusal("k1 " + secret_a.substr(1)), HasSubstr("64 hex digits"));
  EXPECT_THAT(refusal("k1 " + secret_a.substr(1) + "g"), HasSubstr("64 hex digits"));
  EXPECT_THAT(refusal("k.1 " + secret_a), HasSubstr("key id"));
  EXPECT_THAT(refusal("k2345678901234567 " + secret_a), HasSubstr("key id"));
  EXPECT_THAT(refusal(secret_a), HasSubstr("key id"));
  EXPECT_THAT(refusal("k1 " + secret_a + "\nk1 " + secret_b), HasSubstr("twice"));
  EXPECT_THAT(refusal("k1 " + secret_a + std::string(300, ' ')), HasSubstr("256"));
}

TEST_F(KeysFile, limits_the_number_of_keys) {
  std::string text;
  for (std::size_t i = 0; i < limits::keys_max; ++i) {
    text += fmt::format("k{} {}\n", i, secret_a);
  }
  EXPECT_EQ(load(text)->all().size(), limits::keys_max);
  EXPECT_THAT(refusal(text + "one_more " + secret_a), HasSubstr("more than 16"));
}

TEST_F(KeysFile, a_missing_file_says_how_to_make_one) {
  try {
    KeyRing::load(folder_ / "absent");
    FAIL() << "loaded a file that does not exist";
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::config);
    EXPECT_THAT(error.what(), HasSubstr("`waymark keys new " + (folder_ / "absent").string() + "`"))
        << "the command as it can be typed";
  }
}

TEST_F(KeysFile, a_new_file_loads_and_is_new_each_time) {
  const std::string text = new_keys_file();
  EXPECT_THAT(load(text)->signing().id, testing::MatchesRegex("k20[0-9]{6}"));
  EXPECT_NE(text, new_keys_file());
}

// The value was computed by another implementation; common/README.md shows it.
TEST(AddressHash, has_the_documented_bytes) {
  std::array<std::uint8_t, 32> secret;
  for (std::uint8_t i = 0; i < 32; ++i) secret[i] = i;
  const KeyRing keys{{SigningKey{"k1", HmacKey{secret}}}};
  const std::string_view address{"\xcb\x00\x71\x4d", 4};  // 203.0.113.77
  const auto text = [&](std::uint64_t unix_ms) {
    const auto hash = keys.address_hash(address, unix_ms);
    return std::string{hash.data(), hash.size()};
  };
  constexpr std::uint64_t day_ms = 86'400'000;
  constexpr std::uint64_t some_day = 19'888 * day_ms;  // 2024-06-14
  EXPECT_EQ(text(some_day), "5bc825d0653c3a10");
  EXPECT_EQ(text(some_day + day_ms - 1), "5bc825d0653c3a10");
  EXPECT_NE(text(some_day + day_ms), "5bc825d0653c3a10") << "must not be joined across days";
}

}  // namespace
}  // namespace waymark
