// The partitions of table clicks: one for each month (UTC) of the ids, clicks_2026_11, so that old
// clicks are forgotten by dropping a table. Ids of odd times stay in clicks_other.
#pragma once

#include "common/click_line.hpp"
#include "tracker/store/postgres/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace waymark::tracker::postgres {

class Partitions {
 public:
  using Month = std::chrono::year_month;
  // Months in the past that still get a partition when a click of theirs comes.
  static constexpr int months_back_max = 24;

  explicit Partitions(Connection& connection) : connection_(connection) {}

  // Those of the sorted clicks, of this month and of the next one, as far as they are not known to
  // be there.
  std::set<Month> missing(std::span<const Click> clicks, std::uint64_t now_ms) const;
  // In a transaction of the caller. Clicks of the month move over from clicks_other.
  void make(Month month);
  // After make() was committed.
  void remember(const std::set<Month>& months) { known_.insert(months.begin(), months.end()); }

  // Drops the oldest one of which every click was made before that, in a transaction of the caller.
  // Returns the number of its clicks; nothing when there is none.
  std::optional<std::uint64_t> drop_oldest(std::uint64_t before_ms);

 private:
  Connection& connection_;
  std::set<Month> known_;
};

}  // namespace waymark::tracker::postgres
