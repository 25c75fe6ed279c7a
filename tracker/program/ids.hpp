// Ids and codes that nobody gave: random, from the kernel's source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::tracker {

// `prefix` and 26 characters of lower-case base32: 80 random bits after 50 bits of time, so that
// ids made later sort later.
std::string new_id(std::string_view prefix, std::uint64_t unix_ms);

// `prefix` and 32 hex digits that follow from the key alone.
std::string id_of_key(std::string_view prefix, std::string_view key);

// A short code of lower-case letters and digits that cannot be mistaken for each other when read
// aloud or typed: no 0 o 1 l i.
inline constexpr std::size_t new_code_length = 8;
std::string new_code();

// A secret API key: `sk_` and 43 characters of base64url, 256 random bits.
std::string new_secret_key();

}  // namespace waymark::tracker
