// The small encodings under tokens, codes and destinations: hex, base64url, percent, UTF-8.
#include "common/base64url.hpp"
#include "common/hex.hpp"
#include "common/percent.hpp"
#include "common/utf8.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace waymark {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::string base64url(const Bytes& bytes) {
  std::string text(base64url_chars(bytes.size()), '\0');
  EXPECT_EQ(write_base64url(bytes, text.data()), text.data() + text.size());
  return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes bytes(base64url_bytes_max(text.size()));
  const auto size = read_base64url(text, bytes.data());
  if (!size) return std::nullopt;
  bytes.resize(*size);
  return bytes;
}

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

// RFC 4648, section 10, without the padding.
TEST(Base64url, agrees_with_the_examples_of_the_standard) {
  EXPECT_EQ(base64url(bytes_of("")), "");
  EXPECT_EQ(base64url(bytes_of("f")), "Zg");
  EXPECT_EQ(base64url(bytes_of("fo")), "Zm8");
  EXPECT_EQ(base64url(bytes_of("foo")), "Zm9v");
  EXPECT_EQ(base64url(bytes_of("foob")), "Zm9vYg");
  EXPECT_EQ(base64url(bytes_of("fooba")), "Zm9vYmE");
  EXPECT_EQ(base64url(bytes_of("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64url({0xfb, 0xff, 0xfe}), "-__-");
}

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Long texts take another way than short ones.
TEST(Base64url, a_long_text_of_all_digits_is_their_numbers_in_six_bits_each) {
  Bytes bytes;
  for (unsigned digit = 0; digit < alphabet.size(); digit += 4) {
    const unsigned bits = digit << 18U | (digit + 1) << 12U | (digit + 2) << 6U | (digit + 3);
    for (const unsigned shift : {16U, 8U, 0U}) bytes.push_back((bits >> shift) & 0xffU);
  }
  EXPECT_EQ(base64url(bytes), alphabet);
  EXPECT_EQ(from_base64url(alphabet), bytes);
}

TEST(Base64url, a_foreign_character_is_refused_wherever_it_stands) {
  for (std::size_t place = 0; place < alphabet.size(); ++place) {
    for (unsigned octet = 0; octet < 256; ++octet) {
      std::string text{alphabet};
      text[place] = static_cast<char>(octet);
      const bool foreign = alphabet.find(text[place]) == std::string_view::npos;
      EXPECT_EQ(!from_base64url(text), foreign) << octet << " at " << place;
    }
  }
}

RC_GTEST_PROP(Base64url, reads_what_it_wrote, (const Bytes& bytes)) {
  RC_ASSERT(from_base64url(base64url(bytes)) == bytes);
}

// Otherwise one token would have several texts.
RC_GTEST_PROP(Base64url, no_second_text_stands_for_the_same_bytes, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"ABCDwxyz0189-_+/= \n"}));
  const auto bytes = from_base64url(text);
  if (bytes) {
    RC_ASSERT(base64url(*bytes) == text);
  }
}

TEST(Base64url, refuses_padding_other_alphabets_and_left_over_bits) {
  for (const char* text : {"Zg==", "Zm8=", "Z", "Zm9vY", "Zm9+", "Zm9/", "Zm 9", "Zh", "Zm9",
                           "\xff"
                           "AAA"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

RC_GTEST_PROP(Hex, reads_what_it_wrote, (const Bytes& bytes)) {
  std::string text(2 * bytes.size(), '\0');
  write_hex(bytes, text.data());
  Bytes again(bytes.size());
  RC_ASSERT(read_hex(text, again));
  RC_ASSERT(again == bytes);
}

TEST(Hex, takes_digits_only) {
  for (int high = 0; high < 256; ++high) {
    for (int low = 0; low < 256; ++low) {
      const std::array<char, 2> pair{static_cast<char>(high), static_cast<char>(low)};
      const bool digits = std::isxdigit(high) != 0 && std::isxdigit(low) != 0;
      const unsigned value = read_hex_pair(pair.data());
      EXPECT_EQ(value <= 0xff, digits) << high << " " << low;
      if (digits) {
        EXPECT_EQ(value, std::stoul(std::string{pair.data(), 2}, nullptr, 16));
      }
    }
  }
}

std::string encoded(std::string_view text) {
  std::string out(3 * text.size(), '\0');
  out.resize(static_cast<std::size_t>(write_percent_encoded(text, out.data()) - out.data()));
  return out;
}

std::string decoded(std::string text) {
  text.resize(static_cast<std::size_t>(write_form_decoded(text, text.data()) - text.data()));
  return text;
}

TEST(Percent, leaves_nothing_that_could_end_a_header_or_a_parameter) {
  EXPECT_EQ(encoded("az AZ09-._~"), "az%20AZ09-._~");
  EXPECT_EQ(encoded("a&b=c#d?e/f\r\n\"<>%"), "a%26b%3Dc%23d%3Fe%2Ff%0D%0A%22%3C%3E%25");
  EXPECT_EQ(encoded("\xc3\xa9"), "%C3%A9");
}

TEST(Percent, decodes_forms_as_browsers_do) {
  EXPECT_EQ(decoded("spring+sale%21"), "spring sale!");
  EXPECT_EQ(decoded("%c3%A9"), "\xc3\xa9");
  EXPECT_EQ(decoded("100%"), "100%");
  EXPECT_EQ(decoded("%4"), "%4");
  EXPECT_EQ(decoded("%zz%41"), "%zzA");
}

RC_GTEST_PROP(Percent, decodes_what_it_encoded, (const std::string& text)) {
  RC_ASSERT(decoded(encoded(text)) == text);
}

TEST(Utf8, knows_the_borders_of_every_row_of_the_table) {
  for (const char* good :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf",
                          "\xe1\x80", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xff", "\xf1\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Utf8, writes_every_point_so_that_it_reads_again) {
  for (std::uint32_t point = 0; point <= 0x10ffff; ++point) {
    std::array<char, 4> out{};
    const auto size = static_cast<std::size_t>(write_utf8(point, out.data()) - out.data());
    const bool surrogate = point >= 0xd800 && point < 0xe000;
    ASSERT_EQ(utf8_sequence_bytes(out.data(), out.data() + size), surrogate ? 0 : size) << point;
  }
}

}  // namespace
}  // namespace waymark
