// Pieces of HTML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest::html {

// For text and attribute values.
std::string escaped(std::string_view text);

// The first row is the head; cells after the first are numbers and stand on the right when
// `numbers`. Cells are text.
std::string table(const std::vector<std::vector<std::string>>& rows, bool numbers = true);

// The same, folded away behind a plot.
std::string folded_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace waymark::loadtest::html
