// Who has clicked on what on which day (tables uniques and unique_arrivals): says of each click of
// a batch whether it is the first counted one of its key.
//
// Keys of new visitors grow with time and are appended to uniques. The others fall all over it; put
// in as they come, each would rewrite a page of its own in every batch. They are gathered in the
// small table unique_arrivals, known here by heart, and move over a run of neighbours at a time.
#pragma once

#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/unique_key.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace waymark::tracker::sqlite {

class UniqueTable {
 public:
  static constexpr std::size_t arrivals_max = 65'536;  // keys that may wait after a batch
  static constexpr std::size_t run_keys = 8'192;       // moved at a time

  explicit UniqueTable(Database& database) : database_(database) {}

  // One flag for each click: true when no click of its key was stored before, here or in the table.
  // In a transaction of the caller; throws SqliteError. The result lives until the next call.
  const std::vector<bool>& claim(std::span<const Click> clicks);

 private:
  void load_arrivals();
  bool claim(const UniqueKey& key, bool new_visitor);
  void move_arrivals();

  Database& database_;
  Statement* find_ = nullptr;
  Statement* append_ = nullptr;
  Statement* arrive_ = nullptr;
  UniqueKeyMaker maker_;
  std::vector<std::pair<UniqueKey, std::size_t>> wanted_;  // with the place in the batch
  std::vector<bool> firsts_;
  boost::unordered_flat_set<UniqueKey, UniqueKeyHash> arrivals_;  // what unique_arrivals holds
  std::uint64_t rollbacks_seen_ = ~std::uint64_t{0};  // of the database when arrivals_ was right
  std::string moved_to_;  // last key of the last run: where the next one goes on
};

}  // namespace waymark::tracker::sqlite
