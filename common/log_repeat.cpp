#include "common/log_repeat.hpp"

#include <utility>

namespace waymark {

LogRepeat::Verdict LogRepeat::step(std::string_view event, std::int64_t second) {
  auto found = seen_.find(event);
  if (found == seen_.end()) found = seen_.emplace(event, Seen{.second = second}).first;
  Seen& seen = found->second;
  if (seen.second != second) {
    seen.second = second;
    seen.lines = 0;
  }
  if (seen.lines >= lines_max_) {
    ++seen.left_out;
    return {};
  }
  ++seen.lines;
  return {.write = true, .left_out = std::exchange(seen.left_out, 0)};
}

}  // namespace waymark
