// What edges believe to be in the store, as they say in wm:edges (member `known` of a report), and
// whether a store lacks some of it (shipping.md, Words: Generation). Pure; Publisher asks.
#pragma once

#include "common/ranges.hpp"
#include "tracker/store/rows.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

// A figure as somebody holds it: wm:committed or an edge.
struct HeldFigure {
  std::string origin;
  Figure figure;
};

// The figures of one report; none for anything that is no report.
std::vector<HeldFigure> parse_beliefs(std::string_view report);

// Whether some figure of this generation says more than `rows` hold. Figures of other generations
// say nothing: their holders drop them when they read the present one.
bool store_lacks(std::string_view generation, const std::vector<OriginRow>& rows,
                 const std::vector<HeldFigure>& held);

}  // namespace waymark::tracker
