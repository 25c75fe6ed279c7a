#include "loadtest/kit/clicks/export_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace waymark::loadtest {

boost::system::result<ExportPage, std::string> ExportReader::read(
    const Uuid& after, std::size_t limit, std::chrono::milliseconds deadline) {
  const auto answer =
      api_.get(fmt::format("/v1/clicks/export?after={}&limit={}", after.text(), limit), deadline);
  if (!answer) return fmt::format("{}: {}", access_.text(), answer.error().message());
  if (answer->status != 200) {
    return refusal(access_, "/v1/clicks/export", "clicks:read", answer->status, answer->body);
  }
  ExportPage page;
  std::string_view rest = answer->body;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto click = lines_.parse(line);
    if (!click) {
      return fmt::format("{} exports a line that is no click: {}", access_.text(),
                         line.substr(0, 200));
    }
    page.ids.push_back(click->id);
  }
  if (answer->next.empty()) return page;
  const auto next = parse_uuid(answer->next);
  if (!next) {
    return fmt::format("{} sent a Waymark-Next that is no id: {}", access_.text(), answer->next);
  }
  page.after = *next;
  return page;
}

Uuid before(Uuid id) noexcept {
  for (auto byte = id.bytes.rbegin(); byte != id.bytes.rend(); ++byte) {
    if ((*byte)-- != 0) break;
  }
  return id;
}

}  // namespace waymark::loadtest
