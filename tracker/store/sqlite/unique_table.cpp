#include "tracker/store/sqlite/unique_table.hpp"

#include <algorithm>
#include <utility>

namespace waymark::tracker::sqlite {

UniqueTable::UniqueTable(Database& database) : database_(database) {
  add_memory_table(database, "batch_keys", "key", keys_);
}

const std::vector<bool>& UniqueTable::claim(std::span<const Click> clicks) {
  if (rollbacks_seen_ != database_.rollbacks()) load_arrivals();
  firsts_.assign(clicks.size(), false);
  find_wanted(clicks);
  drop_known();
  insert_wanted();
  if (arrivals_.size() > arrivals_max) move_arrivals();
  return firsts_;
}

void UniqueTable::find_wanted(std::span<const Click> clicks) {
  wanted_.clear();
  for (std::size_t place = 0; place < clicks.size(); ++place) {
    const Click& click = clicks[place];
    if (!click.counted()) continue;
    const UniqueKey key = maker_.of(click);
    if (!arrivals_.contains(key)) wanted_.push_back({key, place, click.new_visitor});
  }
  std::sort(wanted_.begin(), wanted_.end());
  const auto end = std::unique(wanted_.begin(), wanted_.end(),
                               [](const Wanted& a, const Wanted& b) { return a.key == b.key; });
  wanted_.erase(end, wanted_.end());
}

// Keys past the newest one of the table cannot be in it: those of new visitors, as a rule.
void UniqueTable::drop_known() {
  const std::optional<UniqueKey> newest = newest_key();
  if (!newest) return;
  keys_.clear();
  for (const Wanted& one : wanted_) {
    if (one.key > *newest) break;
    keys_.add(one.key);
  }
  std::vector<bool> known(keys_.size());
  auto row =
      database_.query("SELECT batch_keys.rowid FROM batch_keys CROSS JOIN uniques USING (key)");
  while (row.next()) known[static_cast<std::size_t>(row.integer(0))] = true;
  auto kept = wanted_.begin();
  for (std::size_t at = 0; at < wanted_.size(); ++at) {
    if (at >= known.size() || !known[at]) *kept++ = wanted_[at];
  }
  wanted_.erase(kept, wanted_.end());
}

std::optional<UniqueKey> UniqueTable::newest_key() {
  auto row = database_.query("SELECT max(key) FROM uniques");
  if (!row.next() || row.is_null(0)) return std::nullopt;
  return UniqueKey{row.view(0)};
}

void UniqueTable::insert_wanted() {
  for (const bool new_visitors : {true, false}) {
    keys_.clear();
    for (const Wanted& one : wanted_) {
      if (one.new_visitor != new_visitors) continue;
      firsts_[one.place] = true;
      keys_.add(one.key);
      if (!new_visitors) arrivals_.insert(one.key);
    }
    // OR ROLLBACK: what should never fail needs no copies of pages for undoing this alone.
    database_.run(new_visitors
                      ? "INSERT OR ROLLBACK INTO uniques SELECT key FROM batch_keys"
                      : "INSERT OR ROLLBACK INTO unique_arrivals SELECT key FROM batch_keys");
  }
}

void UniqueTable::load_arrivals() {
  arrivals_.clear();
  auto row = database_.query("SELECT key FROM unique_arrivals");
  while (row.next()) arrivals_.insert(UniqueKey{row.view(0)});
  rollbacks_seen_ = database_.rollbacks();
}

void UniqueTable::move_arrivals() {
  while (arrivals_.size() > arrivals_max) {
    std::vector<UniqueKey> run;
    {
      auto row = database_.query(
          "SELECT key FROM unique_arrivals WHERE key > CAST(? AS BLOB) ORDER BY key LIMIT ?",
          moved_to_, std::uint64_t{run_keys});
      while (row.next()) run.emplace_back(row.view(0));
    }
    const std::string from = std::exchange(moved_to_, {});
    if (run.empty()) continue;  // the end of the table: from the start again
    moved_to_ = run.back().view();
    for (const char* move :
         {"INSERT INTO uniques SELECT key FROM unique_arrivals"
          " WHERE key > CAST(? AS BLOB) AND key <= CAST(? AS BLOB) ORDER BY key",
          "DELETE FROM unique_arrivals WHERE key > CAST(? AS BLOB) AND key <= CAST(? AS BLOB)"}) {
      database_.run(move, from, moved_to_);
    }
    for (const UniqueKey& key : run) arrivals_.erase(key);
  }
}

}  // namespace waymark::tracker::sqlite
