#include "loadtest/kit/clicks/event_parser.hpp"

#include <algorithm>

namespace waymark::loadtest {

bool EventParser::feed(std::string_view bytes, const Handler& handle) {
  for (;;) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) break;
    auto line = bytes.substr(0, end);
    if (!rest_.empty()) line = rest_.append(line);
    if (line.ends_with('\r')) line.remove_suffix(1);
    take_line(line, handle);
    rest_.clear();
    bytes.remove_prefix(end + 1);
  }
  rest_ += bytes;
  return rest_.size() <= line_bytes_max && data_.size() <= line_bytes_max;
}

void EventParser::restart() {
  rest_.clear();
  type_.clear();
  data_.clear();
  id_ = last_id_;
}

void EventParser::take_line(std::string_view line, const Handler& handle) {
  if (line.empty()) {
    last_id_ = id_;
    if (!data_.empty()) handle(type_, std::string_view{data_}.substr(0, data_.size() - 1));
    type_.clear();
    data_.clear();
    return;
  }
  const auto colon = std::min(line.find(':'), line.size());
  const auto name = line.substr(0, colon);
  auto value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") id_ = value;
  if (name == "event") type_ = value;
  if (name == "data") data_.append(value) += '\n';
}

}  // namespace waymark::loadtest
