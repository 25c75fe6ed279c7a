#include "tracker/store/sqlite/total_rows.hpp"

namespace waymark::tracker::sqlite {

// Columns as `columns` lists them.
void TotalRows::read(std::size_t row, int column, ColumnValue value) {
  const auto& [cell, sums] = cells_[row];
  const auto put = [&value](std::uint64_t number) { value.put(static_cast<std::int64_t>(number)); };
  switch (column) {
    case 0:
      return value.put(cell.link);
    case 1:
      return value.put(cell.host);
    case 2:
      return value.put(cell.code);
    case 3:
      return value.put(cell.channel);
    case 4:
      return value.put(cell.click_class);
    case 5:
      return put(cell.quarter_ms);
    case 6:
      return put(cell.test ? 1 : 0);
    case 7:
      return put(sums.raw);
    case 8:
      return put(sums.counted);
    case 9:
      return put(sums.uniques);
  }
}

}  // namespace waymark::tracker::sqlite
