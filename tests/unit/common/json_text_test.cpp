// Escaping and strict reading against another JSON library, on random and mutated text.
#include "common/click_line.hpp"
#include "common/json_cursor.hpp"
#include "common/utf8.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <regex>
#include <string>
#include <vector>

namespace waymark {
namespace {

namespace json = boost::json;

// `text` in memory of exactly its size, so that a sanitizer sees the first byte read past it.
class ExactCopy {
 public:
  explicit ExactCopy(std::string_view text)
      : size_(text.size()), bytes_(std::make_unique<char[]>(text.size())) {
    std::copy(text.begin(), text.end(), bytes_.get());
  }
  std::string_view view() const { return {bytes_.get(), size_}; }
  char* data() { return bytes_.get(); }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

bool is_json(const std::string& text) {
  const ExactCopy copy{text};
  ExactCopy scratch{text};
  JsonCursor cursor{copy.view(), scratch.data()};
  std::string_view raw;
  cursor.skip_space();
  if (!cursor.skip(raw)) return false;
  cursor.skip_space();
  return cursor.at_end();
}

bool is_json_elsewhere(const std::string& text) {
  boost::system::error_code error;
  json::parse(text, error);
  return !error;
}

// Bytes of every kind, the troublesome ones often, in runs long enough for 16 at a time.
rc::Gen<std::string> any_bytes() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
          rc::gen::container<std::string>(rc::gen::arbitrary<char>()),
          rc::gen::elementOf(std::vector<std::string>{
              "plain text of more than sixteen bytes", "\"", "\\", "\n", "\x1f", "\x7f", "\xc3\xa9",
              "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff", "\xc3", "\xed\xa0\x80"}))),
      [](const std::vector<std::string>& parts) {
        std::string all;
        for (const std::string& part : parts) all += part;
        return all;
      });
}

RC_GTEST_PROP(JsonEscaped, reads_back_as_the_text_it_was, ()) {
  const std::string text = *any_bytes();
  const ExactCopy copy{text};
  std::string expected;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8_sequence_bytes(text.data() + at, text.data() + text.size());
    expected += size == 0 ? "\xef\xbf\xbd" : text.substr(at, size);
    at += size == 0 ? 1 : size;
  }
  const std::string escaped = json_escaped(copy.view());
  RC_ASSERT(escaped.size() <= 6 * text.size());
  const json::value read = json::parse('"' + escaped + '"');
  RC_ASSERT(std::string_view{read.as_string()} == expected);
}

RC_GTEST_PROP(JsonCursor, decodes_strings_as_another_library_does, ()) {
  const std::string text = '"' + json_escaped(*any_bytes()) + '"';
  const ExactCopy copy{text};
  ExactCopy scratch{text};
  JsonCursor cursor{copy.view(), scratch.data()};
  std::string_view value;
  RC_ASSERT(cursor.string(value));
  RC_ASSERT(cursor.at_end());
  std::string expected{json::parse(text).as_string()};
  for (std::size_t nul; (nul = expected.find('\0')) != std::string::npos;) {
    expected.replace(nul, 1, "\xef\xbf\xbd");
  }
  RC_ASSERT(value == expected);
}

// Pieces that are often JSON in a row, and often not quite.
RC_GTEST_PROP(JsonCursor, agrees_with_another_library_about_what_is_json, ()) {
  const auto pieces =
      *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
          "{",       "}",           "[",       "]",     ",",          ":",        "\"a\"",
          "\"\\n\"", "\"\\u00e9\"", "\"",      "\\",    "1",          "0",        "-",
          ".5",      "e1",          "true",    "false", "null",       " ",        "\n",
          "{}",      "[]",          "\"a\":1", "[1,2]", "{\"b\":[]}", "\xc3\xa9", "\x01"}));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  RC_ASSERT(is_json(text) == is_json_elsewhere(text));
}

const std::string sample =
    R"({"v":1,"id":"0190163d-8694-739b-b8b1-c2d3e4f50617","ts":1718360049300,"code":"anna7",)"
    R"("visitor":"0190163d-8694-7aaa-8aaa-bbbbccccdddd","new":true,"rule":2,"query":{"a":"b\n"},)"
    R"("ua":"Mozilla \"5\"\u00e9","extra":[1,-2.5e3,{"x":null,"y":[false]}],"test":false})";

std::string mutated_sample() {
  std::string text = sample;
  const auto edits = *rc::gen::inRange(1, 4);
  for (int i = 0; i < edits && !text.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        text[at] = *rc::gen::elementOf(std::string{"{}[]\",:\\ 019.-eutfn\x80\xc3\x01"});
        break;
      case 1:
        text.erase(at, *rc::gen::inRange<std::size_t>(1, 9));
        break;
      case 2:
        text.insert(at, text, at, *rc::gen::inRange<std::size_t>(1, 9));
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

RC_GTEST_PROP(JsonCursor, agrees_about_lines_with_mistakes, ()) {
  const std::string text = mutated_sample();
  // The other library refuses lone surrogates and numbers too large for it; both are JSON.
  static const std::regex beyond_it{R"(\\u[dD]|[eE][+-]?[0-9]{3})"};
  RC_PRE(!std::regex_search(text, beyond_it));
  RC_ASSERT(is_json(text) == is_json_elsewhere(text));
}

// Whatever comes, it is a click or an error; a sanitizer watches the memory.
RC_GTEST_PROP(ClickLineParser, survives_lines_with_mistakes, ()) {
  ClickLineParser parser;
  const ExactCopy line{mutated_sample()};
  const auto click = parser.parse(line.view());
  if (click) {
    RC_ASSERT(is_json_elsewhere(std::string{line.view()}));
    RC_ASSERT(click->unix_ms < (std::uint64_t{1} << 53U));
  } else {
    RC_ASSERT(click.error() == Errc::malformed_line || click.error() == Errc::unknown_line_version);
  }
}

TEST(JsonCursor, stops_at_the_end_of_every_beginning) {
  ClickLineParser parser;
  for (std::size_t size = 0; size < sample.size(); ++size) {
    const ExactCopy line{std::string_view{sample}.substr(0, size)};
    EXPECT_EQ(parser.parse(line.view()).error(), Errc::malformed_line) << size;
  }
  EXPECT_TRUE(parser.parse(sample));
}

}  // namespace
}  // namespace waymark
