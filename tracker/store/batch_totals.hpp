// What the new clicks of a batch add to click_totals, cell by cell.
#pragma once

#include "common/click_line.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <compare>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker {

class BatchTotals {
 public:
  // A cell of click_totals; the texts are those of the batch.
  struct Cell {
    std::string_view link, host, code, channel, click_class;
    std::uint64_t quarter_ms;
    bool test;
    friend auto operator<=>(const Cell&, const Cell&) = default;
  };
  struct Sums {
    std::uint64_t raw = 0, counted = 0, uniques = 0;
  };

  void clear() noexcept { cells_.clear(); }
  void count(const Click& click, bool unique);

  auto begin() const noexcept { return cells_.begin(); }
  auto end() const noexcept { return cells_.end(); }
  bool empty() const noexcept { return cells_.empty(); }
  // In the order of the table.
  std::vector<std::pair<Cell, Sums>> sorted() const;
  // Links with at least one counted click.
  std::set<std::string_view> counted_links() const;

 private:
  struct CellHash {
    std::size_t operator()(const Cell& cell) const noexcept;
  };
  boost::unordered_flat_map<Cell, Sums, CellHash> cells_;
};

}  // namespace waymark::tracker
