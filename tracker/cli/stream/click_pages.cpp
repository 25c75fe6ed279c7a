#include "tracker/cli/stream/click_pages.hpp"

#include "tracker/cli/commands.hpp"
#include "tracker/cli/terminal.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace waymark::cli {

ClickRange range_of(const Arguments& arguments, std::string_view end) {
  ClickRange range;
  range.from = moment_of("--from", arguments.value_or("--from", "0"));
  const auto to = arguments.value(end);
  range.to = to ? moment_of(end, *to) : static_cast<std::int64_t>(std::time(nullptr)) + 1;
  range.link = arguments.value_or("--link", "");
  range.campaign = arguments.value_or("--campaign", "");
  if (range.from >= range.to) {
    throw StartupError(exit_code::usage,
                       "the range is empty: its beginning must be before its end");
  }
  return range;
}

ClickPage next_page(const ApiClient& api, ClickRange& range, std::size_t limit) {
  Query query{{"limit", std::to_string(limit)},
              {"created[gte]", std::to_string(range.from)},
              {"created[lt]", std::to_string(range.to)}};
  for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"link", range.link},
                                    {"campaign", range.campaign},
                                    {"after", range.after}}) {
    if (!value.empty()) query.emplace_back(name, value);
  }
  auto page = api.get_lines("/v1/clicks/export", query);
  if (!page.next.empty()) range.after = page.next;
  return {std::move(page.lines), page.next.empty()};
}

std::size_t count_lines(std::string_view lines) {
  return static_cast<std::size_t>(std::ranges::count(lines, '\n'));
}

void Progress::tell(const std::string& sentence) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::steady_clock::now().time_since_epoch())
                       .count();
  if (now - told_ms_ < 1'000) return;
  told_ms_ = now;
  say(sentence);
}

}  // namespace waymark::cli
