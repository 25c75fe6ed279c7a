// Writes one batch of the drain inside a transaction that the caller has open (shipping.md rule 9).
//
// Totals and ranges are folded at once: with one writer there is no conflict to avoid, and figures
// are exact the moment a batch is committed.
#pragma once

#include "tracker/store/batch.hpp"
#include "tracker/store/batch_totals.hpp"
#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/sqlite/unique_table.hpp"

#include <cstdint>
#include <span>

namespace waymark::tracker::sqlite {

class BatchWriter {
 public:
  explicit BatchWriter(Database& database) : database_(database), uniques_(database) {}

  // Clicks made before `kept_from_ms` are late. Throws sql::Error; the transaction must then be
  // rolled back.
  BatchOutcome write(const Batch& batch, std::uint64_t now_ms, std::uint64_t kept_from_ms);

 private:
  void insert_clicks(std::span<const Click> clicks, BatchOutcome& outcome);
  void add_totals();
  void add_dead(const Batch& batch, BatchOutcome& outcome);
  void add_ranges(const Batch& batch, std::uint64_t now_ms);
  void find_full_links(BatchOutcome& outcome);

  Database& database_;
  UniqueTable uniques_;
  BatchTotals totals_;
};

}  // namespace waymark::tracker::sqlite
