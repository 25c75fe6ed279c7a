#include "tracker/drain/edge_beliefs.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace waymark::tracker {

std::vector<HeldFigure> parse_beliefs(std::string_view report) {
  std::vector<HeldFigure> held;
  boost::system::error_code error;
  const auto document = boost::json::parse(report, error);
  if (error || !document.is_object()) return held;
  const auto* known = document.get_object().if_contains("known");
  if (known == nullptr || !known->is_object()) return held;
  for (const auto& [origin, text] : known->get_object()) {
    if (!text.is_string()) continue;
    const auto& figure_text = text.get_string();
    if (auto figure = parse_figure({figure_text.data(), figure_text.size()})) {
      held.push_back({std::string{origin}, std::move(*figure)});
    }
  }
  return held;
}

bool store_lacks(std::string_view generation, const std::vector<OriginRow>& rows,
                 const std::vector<HeldFigure>& held) {
  std::map<std::string_view, const OriginRow*> by_key;
  for (const OriginRow& row : rows) by_key[row.key] = &row;
  return std::any_of(held.begin(), held.end(), [&](const HeldFigure& known) {
    if (known.figure.generation != generation) return false;
    const auto row = by_key.find(known.origin);
    if (row == by_key.end()) return !known.figure.committed.empty();
    const SequenceSet settled = row->second->settled();
    const auto& ranges = known.figure.committed.ranges();
    return !std::all_of(ranges.begin(), ranges.end(),
                        [&](const SequenceRange& range) { return settled.covers(range); });
  });
}

}  // namespace waymark::tracker
