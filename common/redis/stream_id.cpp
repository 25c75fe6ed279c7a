#include "common/redis/stream_id.hpp"

#include <charconv>
#include <limits>

namespace waymark {

namespace {
constexpr std::uint64_t number_max = std::numeric_limits<std::uint64_t>::max();
}  // namespace

std::string StreamId::text() const {
  return std::to_string(ms).append("-").append(std::to_string(number));
}

StreamId StreamId::previous() const noexcept {
  if (number > 0) return {ms, number - 1};
  return ms > 0 ? StreamId{ms - 1, number_max} : *this;
}

StreamId StreamId::next() const noexcept {
  if (number < number_max) return {ms, number + 1};
  return ms < number_max ? StreamId{ms + 1, 0} : *this;
}

std::optional<StreamId> parse_stream_id(std::string_view text) noexcept {
  StreamId id;
  const char* const end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, id.ms);
  if (read.ec != std::errc{} || read.ptr == end || *read.ptr != '-') return std::nullopt;
  read = std::from_chars(read.ptr + 1, end, id.number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return id;
}

}  // namespace waymark
