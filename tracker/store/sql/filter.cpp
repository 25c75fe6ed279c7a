#include "tracker/store/sql/filter.hpp"

namespace waymark::tracker::sql {

void Filter::equal(std::string_view column, const std::string& text) {
  if (!text.empty()) add(std::string{column} + " = ?", text);
}

void Filter::add(std::string_view condition) {
  conditions_.append(conditions_.empty() ? " WHERE " : " AND ").append(condition);
}

void Filter::add(std::string_view condition, FilterValue value) {
  add(condition);
  values_.push_back(std::move(value));
}

void Filter::add(std::string_view condition, FilterValue first, FilterValue second) {
  add(condition, std::move(first));
  values_.push_back(std::move(second));
}

std::string Filter::expression() const {
  constexpr std::size_t where = std::string_view{" WHERE "}.size();
  return conditions_.empty() ? "1 = 1" : conditions_.substr(where);
}

void Filter::put_before(const Filter& selected) {
  values_.insert(values_.begin(), selected.values_.begin(), selected.values_.end());
}

Cursor Filter::run(Database& database, std::string_view select, std::string_view order,
                   std::uint64_t limit) const {
  std::string sql{select};
  sql.append(conditions_).append(order).append(" LIMIT ?");
  std::vector<Value> values;
  for (const FilterValue& value : values_) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      values.push_back(value_of(std::string_view{*text}));
    } else {
      values.push_back(value_of(std::get<std::uint64_t>(value)));
    }
  }
  values.push_back(value_of(limit));
  return database.query_values(sql, values);
}

}  // namespace waymark::tracker::sql
