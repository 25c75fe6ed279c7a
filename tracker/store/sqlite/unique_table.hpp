// Who has clicked on what on which day (tables uniques and unique_arrivals): says of each counted
// click whether it is the first of its key.
//
// Keys of new visitors grow with time and are appended to uniques. The others fall all over it; put
// in one by one, each would rewrite a page of its own in every batch. They are gathered in the
// small table unique_arrivals and move over a run of neighbours at a time.
#pragma once

#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/sqlite/unique_key.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace waymark::tracker::sqlite {

class UniqueTable {
 public:
  static constexpr std::uint64_t arrivals_max = 65'536;  // keys that may wait after move_arrivals()
  static constexpr std::uint64_t run_keys = 8'192;       // moved at a time

  explicit UniqueTable(Database& database) : database_(database) {}

  // All in a transaction of the caller; they throw SqliteError.

  // Before the first claim of a transaction.
  void prepare();
  // True: no click of this key was stored before, and from now on one is.
  bool claim(const Click& click);
  // After the claims of a batch: moves runs until at most arrivals_max keys wait.
  void move_arrivals();

 private:
  std::uint64_t count_arrivals();

  Database& database_;
  UniqueKey key_;
  Statement* append_ = nullptr;
  Statement* arrive_ = nullptr;
  std::optional<std::uint64_t> arrivals_;  // keys that wait; near enough to know when to count
  std::string moved_to_;  // last key of the last run; a place to go on from, nothing more
};

}  // namespace waymark::tracker::sqlite
