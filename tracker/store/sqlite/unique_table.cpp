#include "tracker/store/sqlite/unique_table.hpp"

#include <algorithm>

namespace waymark::tracker::sqlite {

const std::vector<bool>& UniqueTable::claim(std::span<const Click> clicks) {
  if (rollbacks_seen_ != database_.rollbacks()) load_arrivals();
  find_ = &database_.prepared("SELECT 1 FROM uniques WHERE key = ?");
  append_ = &database_.prepared("INSERT INTO uniques VALUES (?) ON CONFLICT DO NOTHING");
  arrive_ = &database_.prepared("INSERT INTO unique_arrivals VALUES (?)");
  wanted_.clear();
  for (std::size_t place = 0; place < clicks.size(); ++place) {
    if (clicks[place].counted()) wanted_.emplace_back(maker_.of(clicks[place]), place);
  }
  // In the order of the table: neighbours share its pages while they are at hand.
  std::sort(wanted_.begin(), wanted_.end());
  firsts_.assign(clicks.size(), false);
  const UniqueKey* last = nullptr;
  for (const auto& [key, place] : wanted_) {
    if (last == nullptr || *last != key) firsts_[place] = claim(key, clicks[place].new_visitor);
    last = &key;
  }
  if (arrivals_.size() > arrivals_max) move_arrivals();
  return firsts_;
}

void UniqueTable::load_arrivals() {
  arrivals_.clear();
  auto row = database_.query("SELECT key FROM unique_arrivals");
  while (row.next()) arrivals_.insert(UniqueKey{row.view(0)});
  rollbacks_seen_ = database_.rollbacks();
}

bool UniqueTable::claim(const UniqueKey& key, bool new_visitor) {
  if (arrivals_.contains(key)) return false;
  if (!new_visitor) {
    find_->bind_blob(1, key.view());
    const bool known = find_->step();
    find_->reset();
    if (known) return false;
    arrivals_.insert(key);
  }
  Statement& insert = new_visitor ? *append_ : *arrive_;
  insert.bind_blob(1, key.view());
  insert.step();
  insert.reset();
  return database_.changes() == 1;
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
