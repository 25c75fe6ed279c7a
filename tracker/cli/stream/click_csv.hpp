// Click lines as rows of CSV (RFC 4180). The columns are the keys of the click line; those of a
// later version are left out. Pure.
#pragma once

#include <string>
#include <string_view>

namespace waymark::cli {

// With the line end.
std::string click_csv_head();
// A row for each line. Throws std::runtime_error for a line that is no JSON object.
std::string click_csv_rows(std::string_view lines);

}  // namespace waymark::cli
