// Brings lines to POST /v1/links/batch and back their results, one for each line.
#pragma once

#include "tracker/cli/api_client.hpp"
#include "tracker/cli/import/link_lines.hpp"

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

namespace waymark::cli {

// What one call takes at most, and the API as well.
inline constexpr std::size_t batch_lines_max = 1'000;
inline constexpr std::size_t batch_bytes_max = 1'000'000;

struct LineOutcome {
  LinkLine line;
  boost::json::object result;  // as of the API; `line` is that of the file

  bool ok() const;
  bool made() const;
};

// An API that is away or busy is asked again for some seconds: a line that had been carried out
// comes back as one that is there. Throws CommandFailure when it stays so, or refuses the whole.
// Any thread.
std::vector<LineOutcome> send_lines(const ApiClient& api, std::vector<LinkLine> lines,
                                    bool dry_run);

// A result as of the API for a line that failed here.
boost::json::object failure_of(std::string_view code, std::string_view field,
                               std::string_view text);

}  // namespace waymark::cli
