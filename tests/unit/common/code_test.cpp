#include "common/code.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace waymark {
namespace {

// The code that `path` asks for, or `-` when it is none.
std::string code_of(std::string_view path, CodeCase code_case = CodeCase::fold) {
  char buffer[limits::code_bytes_max];
  const auto code = normalize_code(path, code_case, buffer);
  if (code) return std::string{*code};
  EXPECT_EQ(code.error(), Errc::malformed_code);
  return "-";
}

TEST(NormalizeCode, folds_only_when_told) {
  EXPECT_EQ(code_of("AnNa_7-Z"), "anna_7-z");
  EXPECT_EQ(code_of("AnNa_7-Z", CodeCase::exact), "AnNa_7-Z");
}

TEST(NormalizeCode, drops_one_mark_that_a_messenger_added) {
  for (const char mark : std::string{"/.,;:!?)'"}) {
    EXPECT_EQ(code_of(std::string{"anna7"} + mark), "anna7") << mark;
    EXPECT_EQ(code_of(std::string{"anna7"} + mark + mark), "-") << mark;
    EXPECT_EQ(code_of(std::string{"an"} + mark + "na7"), "-") << mark;
    EXPECT_EQ(code_of(std::string{mark}), "-") << mark;
  }
}

TEST(NormalizeCode, decodes_unreserved_escapes_and_no_others) {
  EXPECT_EQ(code_of("%61nna%37"), "anna7");
  EXPECT_EQ(code_of("%41nna7"), "anna7");
  EXPECT_EQ(code_of("anna%5f7"), "anna_7");
  EXPECT_EQ(code_of("anna%5F7"), "anna_7");
  EXPECT_EQ(code_of("anna7%2E"), "anna7") << "an escaped full stop is a full stop";
  EXPECT_EQ(code_of("anna7%2F"), "-");
  EXPECT_EQ(code_of("anna7%21"), "-");
  EXPECT_EQ(code_of("anna%00"), "-");
  EXPECT_EQ(code_of("anna%7E"), "-");
  for (const char* cut : {"%", "%6", "anna%", "anna%3", "anna%zz", "%%61"}) {
    EXPECT_EQ(code_of(cut), "-") << cut;
  }
}

TEST(NormalizeCode, keeps_the_length) {
  const std::string longest(64, 'a');
  EXPECT_EQ(code_of(longest), longest);
  EXPECT_EQ(code_of(longest + "/"), longest);
  EXPECT_EQ(code_of(longest + "a"), "-");
  EXPECT_EQ(code_of(longest + "a/"), "-");
  EXPECT_EQ(code_of(""), "-");
}

RC_GTEST_PROP(NormalizeCode, gives_a_code_or_nothing, (const std::string& path)) {
  const std::string code = code_of(path);
  RC_ASSERT(code == "-" || is_code(code));
}

RC_GTEST_PROP(NormalizeCode, leaves_a_normal_code_alone, ()) {
  const auto code = *rc::gen::suchThat(
      rc::gen::container<std::string>(rc::gen::elementOf(std::string{"abcxyz0189_-"})),
      [](const std::string& text) { return is_code(text); });
  RC_ASSERT(code_of(code) == code);
}

TEST(IsCode, knows_the_alphabet) {
  EXPECT_TRUE(is_code("aZ09_-"));
  EXPECT_FALSE(is_code(""));
  EXPECT_FALSE(is_code("a.b"));
  EXPECT_FALSE(is_code("a b"));
  EXPECT_FALSE(is_code("\xc3\xa9"));
  EXPECT_FALSE(is_code(std::string(65, 'a')));
}

}  // namespace
}  // namespace waymark
