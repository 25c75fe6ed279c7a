#include "redirect/shipping/reading.hpp"

#include <charconv>

namespace waymark::redirect {

std::optional<EntryId> parse_entry_id(std::string_view text) noexcept {
  EntryId id;
  const char* const end = text.data() + text.size();
  const auto [dash, error] = std::from_chars(text.data(), end, id.ms);
  if (error != std::errc{} || dash == end || *dash != '-') return std::nullopt;
  const auto [stop, error2] = std::from_chars(dash + 1, end, id.number);
  if (error2 != std::errc{} || stop != end) return std::nullopt;
  return id;
}

}  // namespace waymark::redirect
