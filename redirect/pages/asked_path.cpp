#include "redirect/pages/asked_path.hpp"

#include "common/hex.hpp"

#include <boost/beast/core/string.hpp>

namespace waymark::redirect {
namespace {

constexpr std::string_view well_known_prefix = ".well-known/";

bool is_decoded(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view{"-._~+"}.find(c) != std::string_view::npos;
}

// Empty when the path is too long or holds an escape that no path of ours has.
std::string_view decode(std::string_view path, AskedPathBuffer& buffer) noexcept {
  std::size_t size = 0;
  for (std::size_t at = 0; at < path.size(); ++at) {
    char c = path[at];
    if (c == '%') {
      if (path.size() - at < 3) return {};
      const unsigned byte = read_hex_pair(path.data() + at + 1);
      c = static_cast<char>(byte);
      if (byte > 0xff || !is_decoded(c)) return {};
      at += 2;
    }
    if (size == AskedPathBuffer::decoded_max) return {};
    buffer.decoded[size++] = c;
  }
  return {buffer.decoded, size};
}

bool take_suffix(std::string_view& text, std::string_view suffix) noexcept {
  if (text.size() <= suffix.size()) return false;
  const std::size_t at = text.size() - suffix.size();
  if (!boost::beast::iequals(text.substr(at), suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

Asks take_form(std::string_view& text) noexcept {
  if (take_suffix(text, "+")) return Asks::destination;
  if (take_suffix(text, ".svg")) return Asks::svg;
  if (take_suffix(text, ".png")) return Asks::png;
  return Asks::nothing;
}

AskedPath own_path(std::string_view path, CodeCase code_case, AskedPathBuffer& buffer) noexcept {
  if (path.empty()) return {Asks::root};
  const std::string_view text = decode(path, buffer);
  if (text == "robots.txt") return {Asks::robots};
  if (text == "favicon.ico") return {Asks::favicon};
  if (text.starts_with(well_known_prefix)) {
    return {Asks::well_known, {}, text.substr(well_known_prefix.size())};
  }
  std::string_view stem = text;
  if (!stem.empty() && is_trailing_mark(stem.back())) stem.remove_suffix(1);
  const Asks asks = take_form(stem);
  if (asks == Asks::nothing) return {};
  const auto code = normalize_code(stem, code_case, buffer.code);
  if (!code) return {};
  return {asks, *code, {}};
}

}  // namespace

AskedPath asked_path(std::string_view path, CodeCase code_case, AskedPathBuffer& buffer) noexcept {
  const auto code = normalize_code(path, code_case, buffer.code);
  if (code) [[likely]]
    return {Asks::follow, *code, {}};
  return own_path(path, code_case, buffer);
}

}  // namespace waymark::redirect
