#include "common/hmac.hpp"

#include "common/hex.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark {
namespace {

std::string mac(const std::vector<std::uint8_t>& secret, std::string_view label,
                std::string_view message) {
  const HmacKey::Mac bytes = HmacKey{secret}.sign(label, message);
  std::string text(2 * bytes.size(), '\0');
  write_hex(bytes, text.data());
  return text;
}

std::vector<std::uint8_t> repeated(std::uint8_t byte, std::size_t count) {
  return std::vector<std::uint8_t>(count, byte);
}

// RFC 4231, test cases 1, 3, 6 and 7: short keys, and keys longer than a block.
TEST(HmacKey, agrees_with_the_known_answers) {
  EXPECT_EQ(mac(repeated(0x0b, 20), "", "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(mac(repeated(0xaa, 20), "", std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(mac(repeated(0xaa, 131), "", "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(mac(repeated(0xaa, 131), "",
                "This is a test using a larger than block-size key and a larger than block-size "
                "data. The key needs to be hashed before being used by the HMAC algorithm."),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(HmacKey, joins_label_and_message) {
  EXPECT_EQ(mac(repeated(0x0b, 20), "Hi ", "There"), mac(repeated(0x0b, 20), "", "Hi There"));
}

TEST(EqualConstantTime, compares_size_and_content) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("abcd", "abcd"));
  EXPECT_FALSE(equal_constant_time("abcd", "abce"));
  EXPECT_FALSE(equal_constant_time("abcd", "abc"));
}

}  // namespace
}  // namespace waymark
