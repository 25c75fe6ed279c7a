#include "common/keys.hpp"

#include "common/error.hpp"
#include "common/hex.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/random.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <utility>

namespace waymark {
namespace {

constexpr std::string_view remedy =
    "each line is `<key id> <64 hex digits>`; `waymark keys new FILE` makes one";
constexpr std::size_t line_bytes_max = 256;

struct Place {
  const std::filesystem::path& file;
  int line;
};

[[noreturn]] void refuse(const Place& place, std::string_view problem) {
  throw StartupError(exit_code::config,
                     fmt::format("keys file {}, line {}: {}; {}", place.file.string(), place.line,
                                 problem, remedy));
}

bool is_key_id(std::string_view text) {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !text.empty() && text.size() <= limits::key_id_bytes_max &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

// Reads a line that is neither blank nor a comment. No message ever quotes the secret.
SigningKey read_key(std::string_view line, const Place& place) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t id_end = std::min(line.find_first_of(blanks), line.size());
  const std::string_view id = line.substr(0, id_end);
  if (!is_key_id(id)) refuse(place, "the key id must be 1 to 16 of A-Z a-z 0-9 _ -");
  std::string_view digits = line.substr(id_end);
  digits.remove_prefix(std::min(digits.find_first_not_of(blanks), digits.size()));
  digits = digits.substr(0, digits.find_last_not_of(blanks) + 1);

  std::array<std::uint8_t, HmacKey::secret_bytes> secret{};
  if (!read_hex(digits, secret)) {
    refuse(place, fmt::format("the secret of key `{}` must be 64 hex digits", id));
  }
  SigningKey key{std::string{id}, HmacKey{secret}};
  OPENSSL_cleanse(secret.data(), secret.size());
  return key;
}

// `2026-01-31`.
std::array<char, 10> utc_date(std::uint64_t unix_ms) {
  using namespace std::chrono;
  const auto day = floor<days>(sys_time<milliseconds>{milliseconds{unix_ms}});
  const year_month_day date{day};
  std::array<char, 10> text;
  const auto digits = [&text](std::size_t at, std::size_t count, unsigned value) {
    for (std::size_t i = count; i-- > 0; value /= 10) {
      text[at + i] = static_cast<char>('0' + value % 10);
    }
  };
  digits(0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  text[4] = '-';
  digits(5, 2, static_cast<unsigned>(date.month()));
  text[7] = '-';
  digits(8, 2, static_cast<unsigned>(date.day()));
  return text;
}

}  // namespace

std::shared_ptr<const KeyRing> KeyRing::load(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in) {
    throw StartupError(exit_code::config,
                       fmt::format("keys file {} cannot be read: {}; make one with `waymark keys "
                                   "new {}` or name another with --keys",
                                   file.string(), std::strerror(errno), file.string()));
  }
  std::vector<SigningKey> keys;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const Place place{file, number};
    const std::size_t start = line.find_first_not_of(" \t\r");
    if (start == std::string::npos || line[start] == '#') continue;
    if (line.size() > line_bytes_max) refuse(place, "longer than 256 bytes");
    if (keys.size() == limits::keys_max) {
      refuse(place, fmt::format("more than {} keys", limits::keys_max));
    }
    SigningKey key = read_key(std::string_view{line}.substr(start), place);
    const auto same_id = [&key](const SigningKey& other) { return other.id == key.id; };
    if (std::any_of(keys.begin(), keys.end(), same_id)) {
      refuse(place, fmt::format("key id `{}` stands there twice", key.id));
    }
    keys.push_back(std::move(key));
  }
  OPENSSL_cleanse(line.data(), line.size());
  if (keys.empty()) {
    throw StartupError(exit_code::config,
                       fmt::format("keys file {} holds no key; {}", file.string(), remedy));
  }
  return std::make_shared<const KeyRing>(std::move(keys));
}

KeyRing::KeyRing(std::vector<SigningKey> keys) : keys_(std::move(keys)) {
  assert(!keys_.empty());
}

const SigningKey* KeyRing::find(std::string_view id) const noexcept {
  for (const SigningKey& key : keys_) {
    if (key.id == id) return &key;
  }
  return nullptr;
}

std::array<char, 16> KeyRing::address_hash(std::string_view address_bytes,
                                           std::uint64_t unix_ms) const {
  constexpr std::string_view purpose = "waymark:ipk:1:";
  const auto date = utc_date(unix_ms);
  std::array<char, purpose.size() + date.size() + 1> label;
  char* end = std::copy(purpose.begin(), purpose.end(), label.begin());
  end = std::copy(date.begin(), date.end(), end);
  *end = ':';
  const HmacKey::Mac mac = signing().mac.sign({label.data(), label.size()}, address_bytes);
  std::array<char, 16> text;
  write_hex(std::span{mac}.first<8>(), text.data());
  return text;
}

std::string new_keys_file() {
  std::array<std::uint8_t, HmacKey::secret_bytes> secret{};
  if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    throw StartupError(exit_code::failure, "the kernel gives no random bytes for a new key");
  }
  std::array<char, 2 * HmacKey::secret_bytes> digits;
  write_hex(secret, digits.data());

  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  const auto date = utc_date(static_cast<std::uint64_t>(now.count()));
  std::string id = "k";
  for (const char c : date) {
    if (c != '-') id += c;
  }
  return fmt::format("{} {}\n", id, std::string_view{digits.data(), digits.size()});
}

}  // namespace waymark
