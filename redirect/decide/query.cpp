#include "redirect/decide/query.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace waymark::redirect {
namespace {

// Octets of a name as it is sent that its key does not have as they are.
constexpr auto changed_octets = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view{"%+. [\0", 6}) table[static_cast<std::uint8_t>(c)] = true;
  return table;
}();

bool is_changed(std::string_view name) noexcept {
  bool changed = false;
  for (const char c : name) changed |= changed_octets[static_cast<std::uint8_t>(c)];
  return changed;
}

}  // namespace

std::string_view parameter_key(std::string_view name, char* buffer) noexcept {
  if (!is_changed(name)) return name;
  const char* const end = std::find(buffer, write_form_decoded(name, buffer), '\0');
  const char* next = buffer;
  while (next != end && *next == ' ') ++next;
  char* to = buffer;
  for (bool lone = false; next != end; ++next) {
    if (*next == '[' && !lone) {
      if (std::find(next, end, ']') != end) break;
      lone = true;
    }
    *to++ = *next == '.' || *next == ' ' || *next == '[' ? '_' : *next;
  }
  return {buffer, static_cast<std::size_t>(to - buffer)};
}

std::string parameter_key(std::string_view name) {
  std::string buffer(name.size(), '\0');
  return std::string{parameter_key(name, buffer.data())};
}

}  // namespace waymark::redirect
