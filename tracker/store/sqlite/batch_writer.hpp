// Writes one batch of the drain inside a transaction that the caller has open (shipping.md rule 9).
//
// Totals and ranges are folded at once: with one writer there is no conflict to avoid, and figures
// are exact the moment a batch is committed.
#pragma once

#include "tracker/store/batch.hpp"
#include "tracker/store/batch_totals.hpp"
#include "tracker/store/sqlite/click_rows.hpp"
#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/sqlite/total_rows.hpp"
#include "tracker/store/sqlite/unique_table.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace waymark::tracker::sqlite {

class BatchWriter {
 public:
  explicit BatchWriter(Database& database);
  BatchWriter(const BatchWriter&) = delete;  // the database knows the rows by their address
  BatchWriter& operator=(const BatchWriter&) = delete;

  // Clicks made before `kept_from_ms` are late. Throws sql::Error; the transaction must then be
  // rolled back.
  BatchOutcome write(const Batch& batch, std::uint64_t now_ms, std::uint64_t kept_from_ms);

 private:
  void insert_clicks(std::span<const Click> clicks, BatchOutcome& outcome);
  // Places of clicks that are neither in the table nor earlier in the batch.
  std::vector<std::size_t> find_new(std::span<const Click> clicks);
  std::size_t count_until_newest(std::span<const Click> clicks);
  void add_totals();
  void add_dead(const Batch& batch, BatchOutcome& outcome);
  void add_ranges(const Batch& batch, std::uint64_t now_ms);
  void find_full_links(BatchOutcome& outcome);

  Database& database_;
  UniqueTable uniques_;
  ClickRows click_rows_;
  BatchTotals totals_;
  TotalRows total_rows_;
};

}  // namespace waymark::tracker::sqlite
