// Which clicks of the stream a listener wants: the filters of /v1/clicks, on lines. Pure.
#pragma once

#include "common/click_line.hpp"
#include "tracker/api/query.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

class ClickFilter {
 public:
  // Takes `link`, `campaign`, `code`, `host`, `bot`, `counted` and `test` off the query.
  explicit ClickFilter(Query& query);

  // Lines that are no clicks match nothing; without any filter they are not looked into.
  bool matches(std::string_view line);

 private:
  bool wants_all() const;

  std::string link_, campaign_, code_, host_, bot_;  // empty: any
  std::optional<bool> counted_, test_;
  ClickLineParser parser_;
};

}  // namespace waymark::tracker
