// The WHERE part of a list and the paging that all lists share. Column names come from the program,
// values are always bound.
#pragma once

#include "tracker/store/rows.hpp"
#include "tracker/store/sql/database.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace waymark::tracker::sql {

using FilterValue = std::variant<std::monostate, std::string, std::uint64_t>;

class Filter {
 public:
  void equal(std::string_view column, const std::string& text);  // nothing for an empty text
  void add(std::string_view condition);
  void add(std::string_view condition, FilterValue value);  // one '?' in it
  void add(std::string_view condition, FilterValue first, FilterValue second);

  // The conditions as an expression for SELECT, true where there are none; the statement's other
  // values must then stand behind those of this filter.
  std::string expression() const;
  void put_before(const Filter& selected);

  // Statements are kept by text: the number of different filters is small.
  Cursor run(Database& database, std::string_view select, std::string_view order,
             std::uint64_t limit) const;

 private:
  std::string conditions_;
  std::vector<FilterValue> values_;
};

struct PageSource {
  std::string select;      // without WHERE
  std::string_view order;  // unique column that grows with time
};

// A page newest first; `cursor` is the value of the order column of the row that bounds it, or
// monostate for none.
template <class Row, class Read>
Page<Row> read_page(Database& database, Filter filter, const PageSource& source,
                    const PageQuery& query, FilterValue cursor, Read read) {
  const bool upwards = !query.ending_before.empty();
  const std::string order{source.order};
  if (!std::holds_alternative<std::monostate>(cursor)) {
    filter.add(order + (upwards ? " > ?" : " < ?"), std::move(cursor));
  }
  Page<Row> page;
  auto row = filter.run(database, source.select, " ORDER BY " + order + (upwards ? "" : " DESC"),
                        query.limit + 1);
  while (row.next()) {
    if (page.data.size() == query.limit) {
      page.has_more = true;
      break;
    }
    page.data.push_back(read(row));
  }
  if (upwards) std::reverse(page.data.begin(), page.data.end());
  return page;
}

}  // namespace waymark::tracker::sql
