// What a batch adds to click_totals, as the rows of a memory table.
#pragma once

#include "tracker/store/batch_totals.hpp"
#include "tracker/store/sqlite/memory_table.hpp"

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker::sqlite {

class TotalRows final : public MemoryRows {
 public:
  // Column list for add_memory_table.
  static constexpr std::string_view columns =
      "link, host, code, channel, class, quarter, test, raw, counted, uniques";

  // In the order of the table.
  void show(const BatchTotals& totals) { cells_ = totals.sorted(); }

  std::size_t size() const override { return cells_.size(); }
  void read(std::size_t row, int column, ColumnValue value) override;

 private:
  std::vector<std::pair<BatchTotals::Cell, BatchTotals::Sums>> cells_;
};

}  // namespace waymark::tracker::sqlite
