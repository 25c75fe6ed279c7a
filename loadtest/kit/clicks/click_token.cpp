#include "loadtest/kit/clicks/click_token.hpp"

#include "common/base64url.hpp"
#include "common/token.hpp"

#include <algorithm>
#include <array>

namespace waymark::loadtest {
namespace {

constexpr std::string_view parameter = "wm_click=";

bool ends_parameter(char c) {
  return c == '&' || c == '#';
}

std::optional<Uuid> read_token(std::string_view token) noexcept {
  std::array<std::uint8_t, base64url_bytes_max(click_token_bytes)> bytes;
  if (token.size() != click_token_bytes || !read_base64url(token, bytes.data())) {
    return std::nullopt;
  }
  Uuid id;
  std::copy_n(bytes.begin(), id.bytes.size(), id.bytes.begin());
  constexpr int version = 7;
  if (id.bytes[6] >> 4 != version) return std::nullopt;
  return id;
}

}  // namespace

std::optional<Uuid> click_id_in(std::string_view location) noexcept {
  // From the end: the edge puts its parameter behind all that visitors may choose.
  const auto found = location.rfind(parameter);
  if (found == std::string_view::npos || found == 0) return std::nullopt;
  const char before = location[found - 1];
  if (before != '?' && before != '&') return std::nullopt;
  const auto rest = location.substr(found + parameter.size());
  const auto end = std::find_if(rest.begin(), rest.end(), ends_parameter);
  return read_token(rest.substr(0, static_cast<std::size_t>(end - rest.begin())));
}

}  // namespace waymark::loadtest
