#include "tracker/store/postgres/partitions.hpp"

#include "tracker/store/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::tracker::postgres {

namespace {

using namespace std::chrono;
using Month = Partitions::Month;

Month month_of(std::uint64_t unix_ms) {
  const year_month_day day{floor<days>(sys_time<milliseconds>{milliseconds{unix_ms}})};
  return {day.year(), day.month()};
}

std::uint64_t begin_ms(Month month) {
  const sys_time<milliseconds> begin = sys_days{month / 1};
  return static_cast<std::uint64_t>(begin.time_since_epoch().count());
}

std::string table_of(Month month) {
  return fmt::format("clicks_{:04}_{:02}", static_cast<int>(month.year()),
                     static_cast<unsigned>(month.month()));
}

std::string first_id_text(Month month) {
  return first_id_of(begin_ms(month)).text();
}

}  // namespace

std::set<Month> Partitions::missing(std::span<const Click> clicks, std::uint64_t now_ms) const {
  const Month now = month_of(now_ms);
  std::set<Month> months{now, now + std::chrono::months{1}};
  for (auto click = clicks.begin(); click != clicks.end();) {
    const Month month = month_of(click->id.unix_ms());
    if (month <= now && month >= now - std::chrono::months{months_back_max}) months.insert(month);
    const std::uint64_t end = begin_ms(month + std::chrono::months{1});
    click = std::partition_point(click, clicks.end(), [end](const Click& one) {
      return one.id.unix_ms() < end;
    });
  }
  std::erase_if(months, [this](Month month) { return known_.contains(month); });
  return months;
}

void Partitions::make(Month month) {
  // Another tracker may be about to make the same one.
  connection_.query("SELECT one FROM schema_lock FOR UPDATE");
  auto exists =
      connection_.query("SELECT to_regclass(CAST(? AS text)) IS NOT NULL", table_of(month));
  if (exists.next() && exists.integer(0) == 1) return;
  // Nobody may add to clicks_other what belongs into the new one.
  connection_.execute(fmt::format(
      "LOCK TABLE clicks_other IN ACCESS EXCLUSIVE MODE;"
      "CREATE TABLE {0} (LIKE clicks INCLUDING DEFAULTS);"
      "WITH moved AS (DELETE FROM clicks_other WHERE id >= '{1}' AND id < '{2}' RETURNING *)"
      " INSERT INTO {0} SELECT * FROM moved;"
      "ALTER TABLE clicks ATTACH PARTITION {0} FOR VALUES FROM ('{1}') TO ('{2}');",
      table_of(month), first_id_text(month), first_id_text(month + std::chrono::months{1})));
}

std::optional<std::uint64_t> Partitions::drop_oldest(std::uint64_t before_ms) {
  // Names sort by time. The month of `before_ms` itself holds clicks that stay.
  auto oldest = connection_.query(
      "SELECT CAST(relname AS text) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
      " WHERE inhparent = CAST('clicks' AS regclass) AND relname ~ '^clicks_[0-9]{4}_[0-9]{2}$'"
      " AND CAST(relname AS text) < ? ORDER BY relname LIMIT 1",
      table_of(month_of(before_ms)));
  if (!oldest.next()) return std::nullopt;
  const std::string table = oldest.text(0);
  auto count = connection_.query("SELECT count(*) FROM " + table);
  count.next();
  const std::uint64_t clicks = count.unsigned_integer(0);
  connection_.execute("DROP TABLE " + table);
  known_.clear();
  return clicks;
}

}  // namespace waymark::tracker::postgres
