// Stored clicks of a time range from the API, oldest first, page by page, as lines of the click
// stream.
#pragma once

#include "tracker/cli/api_client.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::cli {

// What is asked for, and how far it got: all that is needed to go on later.
struct ClickRange {
  std::int64_t from = 0;       // unix seconds
  std::int64_t to = 0;         // exclusive
  std::string link, campaign;  // empty: any
  std::string after;           // id of the last click that was read; empty: none
};

// The range that --from, the flag `end`, --link and --campaign name; without an end it ends now.
// Throws StartupError (exit 2).
ClickRange range_of(const Arguments& arguments, std::string_view end);

struct ClickPage {
  std::string lines;  // each with its '\n'
  bool last = false;
};

// The next page of at most `limit` clicks; moves `range.after` on. Throws what ApiClient throws.
ClickPage next_page(const ApiClient& api, ClickRange& range, std::size_t limit);

std::size_t count_lines(std::string_view lines);

// Says on standard error how far it is, about once a second.
class Progress {
 public:
  void tell(const std::string& sentence);

 private:
  std::int64_t told_ms_ = 0;
};

}  // namespace waymark::cli
