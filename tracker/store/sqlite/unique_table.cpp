#include "tracker/store/sqlite/unique_table.hpp"

namespace waymark::tracker::sqlite {

void UniqueTable::prepare() {
  append_ = &database_.prepared(
      "INSERT INTO uniques SELECT ?1 WHERE NOT EXISTS"
      " (SELECT 1 FROM unique_arrivals WHERE key = ?1) ON CONFLICT DO NOTHING");
  arrive_ = &database_.prepared(
      "INSERT INTO unique_arrivals SELECT ?1 WHERE NOT EXISTS"
      " (SELECT 1 FROM uniques WHERE key = ?1) ON CONFLICT DO NOTHING");
  if (!arrivals_) arrivals_ = count_arrivals();
}

std::uint64_t UniqueTable::count_arrivals() {
  auto waiting = database_.query("SELECT count(*) FROM unique_arrivals");
  waiting.next();
  return waiting.unsigned_integer(0);
}

bool UniqueTable::claim(const Click& click) {
  Statement& insert = click.new_visitor ? *append_ : *arrive_;
  insert.bind_blob(1, key_.of(click));
  insert.step();
  insert.reset();
  const bool first = database_.changes() == 1;
  if (first && !click.new_visitor) ++*arrivals_;
  return first;
}

void UniqueTable::move_arrivals() {
  if (*arrivals_ <= arrivals_max) return;
  arrivals_ = count_arrivals();  // exactly: a transaction may have been rolled back since
  while (*arrivals_ > arrivals_max) {
    std::string last;
    {
      auto end = database_.query(
          "SELECT max(key) FROM"
          " (SELECT key FROM unique_arrivals WHERE key > CAST(? AS BLOB) ORDER BY key LIMIT ?)",
          moved_to_, run_keys);
      if (end.next()) last = end.text(0);
    }
    if (!last.empty()) {
      database_.run(
          "INSERT INTO uniques SELECT key FROM unique_arrivals"
          " WHERE key > CAST(?1 AS BLOB) AND key <= CAST(?2 AS BLOB) ORDER BY key",
          moved_to_, last);
      *arrivals_ -= database_.run(
          "DELETE FROM unique_arrivals"
          " WHERE key > CAST(?1 AS BLOB) AND key <= CAST(?2 AS BLOB)",
          moved_to_, last);
    }
    moved_to_ = last;  // empty at the end of the table: from the start again
  }
}

}  // namespace waymark::tracker::sqlite
