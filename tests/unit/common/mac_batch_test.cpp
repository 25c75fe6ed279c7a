#include "common/mac_batch.hpp"

#include "common/base64url.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace waymark {
namespace {

std::array<std::uint8_t, HmacKey::secret_bytes> secret_of(int number) {
  std::array<std::uint8_t, HmacKey::secret_bytes> secret{};
  for (std::size_t i = 0; i < secret.size(); ++i) {
    secret[i] = static_cast<std::uint8_t>(31 * number + static_cast<int>(i));
  }
  return secret;
}

// What OpenSSL says, in the form of a blank.
std::string expected(int key, const std::string& message, const std::string& before,
                     std::size_t mac_bytes) {
  const auto secret = secret_of(key);
  std::array<std::uint8_t, 32> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const std::uint8_t*>(message.data()), message.size(), mac.data(), &size);
  std::vector<std::uint8_t> bytes{before.begin(), before.end()};
  bytes.insert(bytes.end(), mac.begin(), mac.begin() + static_cast<std::ptrdiff_t>(mac_bytes));
  std::string text(base64url_chars(bytes.size()), '\0');
  write_base64url(bytes, text.data());
  return text;
}

class MacBatchTest : public testing::Test {
 protected:
  struct Wanted {
    std::string text;
    std::string out;
  };

  void add(std::size_t message_bytes, std::size_t before_bytes, std::size_t mac_bytes) {
    const int key = static_cast<int>(wanted.size() % 2);
    const auto fill = static_cast<char>('a' + wanted.size() % 26);
    const std::string label = "label:" + std::string(message_bytes % 5, '.');
    const std::string message(message_bytes, fill);
    const std::string before(before_bytes, fill);
    const std::string text = expected(key, label + message, before, mac_bytes);
    wanted.push_back({text, std::string(text.size(), '?')});
    batch.add(keys[static_cast<std::size_t>(key)], label, message,
              {before, mac_bytes, wanted.back().out.data()});
  }
  void expect_all() {
    batch.finish();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_EQ(wanted[i].out, wanted[i].text) << "MAC " << i << " of " << wanted.size();
    }
    wanted.clear();
  }

  std::vector<HmacKey> keys{HmacKey{secret_of(0)}, HmacKey{secret_of(1)}};
  std::deque<Wanted> wanted;  // blanks must stay where they are
  MacBatch batch;
};

TEST_F(MacBatchTest, AgreesWithOpensslWhateverTheNumberOfMacs) {
  for (std::size_t count = 0; count <= 3 * MacBatch::macs_max; ++count) {
    for (std::size_t i = 0; i < count; ++i) add(i % 2 == 0 ? 16 : 78, i % 2, i % 2 == 0 ? 8 : 16);
    expect_all();
  }
}

TEST_F(MacBatchTest, AgreesWithOpensslWhateverTheLengths) {
  const std::size_t most = MacBatch::message_bytes_max - 11;
  for (std::size_t bytes = 0; bytes <= most; ++bytes) {
    add(bytes, bytes % 3, 32);
    if (bytes % MacBatch::macs_max == 0) expect_all();
  }
  expect_all();
}

TEST_F(MacBatchTest, LongAndShortMessagesMayStandSideBySide) {
  for (const std::size_t bytes : {0U, 800U, 1U, 700U, 64U, 55U, 56U, 119U, 120U, 300U}) {
    add(bytes, 1, 16);
  }
  expect_all();
}

}  // namespace
}  // namespace waymark
