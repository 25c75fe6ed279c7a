// Writes one batch of the drain inside a transaction that the caller has open (shipping.md rule 9).
//
// Several trackers write at once. What their batches have in common is only appended (ranges, parts
// of totals and counts): no batch waits for another one, and PostgresStore::fold adds the parts up.
// Ids and keys of uniques are inserted in order, so that two batches that share some cannot wait
// for each other.
#pragma once

#include "tracker/store/batch.hpp"
#include "tracker/store/batch_totals.hpp"
#include "tracker/store/postgres/connection.hpp"
#include "tracker/store/postgres/copy_rows.hpp"
#include "tracker/store/unique_key.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker::postgres {

// A row for COPY into clicks.
void add_click(CopyRows& rows, const Click& click, bool unique);

class BatchWriter {
 public:
  // Rows on their way into clicks: a table of each connection, empty between transactions.
  static constexpr std::string_view staging_table =
      "CREATE TEMPORARY TABLE incoming (LIKE clicks) ON COMMIT DELETE ROWS;";

  explicit BatchWriter(Connection& connection) : connection_(connection) {}

  // Full links are left to the caller, who has to number their change. Throws sql::Error; the
  // transaction must then be rolled back.
  BatchOutcome write(const Batch& batch, std::uint64_t now_ms, std::uint64_t kept_from_ms);
  // Of the last batch.
  const BatchTotals& totals() const noexcept { return totals_; }

 private:
  void insert_clicks(std::span<const Click> clicks, BatchOutcome& outcome);
  // The fast way, by COPY alone. False when a click or a key was there already: nothing was
  // changed.
  bool copy_new(std::span<const Click> clicks);
  void copy_new_uniques(std::span<const Click> clicks);
  // The way through the staging table, which decides for each click.
  void insert_absent(std::span<const Click> clicks, BatchOutcome& outcome);
  void claim_uniques(std::span<const Click> clicks);
  void find_wanted(std::span<const Click> clicks);
  void copy_clicks(std::span<const Click> clicks, const std::string& statement);
  void add_totals();
  void add_dead(const Batch& batch, BatchOutcome& outcome);
  void add_ranges(const Batch& batch, std::uint64_t now_ms);
  void add_counts(const BatchOutcome& outcome);

  Connection& connection_;
  BatchTotals totals_;
  UniqueKeyMaker maker_;
  // Keys of the batch in their order, each once, with the place of their first click.
  std::vector<std::pair<UniqueKey, std::size_t>> wanted_;
  std::vector<bool> firsts_;
  bool repeats_ = false;  // the last batch held something twice; the next one may too
};

}  // namespace waymark::tracker::postgres
