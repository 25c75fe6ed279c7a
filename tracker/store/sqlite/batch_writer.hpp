// Writes one batch of the drain inside a transaction that the caller has open (shipping.md rule 9).
//
// Totals and ranges are folded at once: with one writer there is no conflict to avoid, and figures
// are exact the moment a batch is committed.
#pragma once

#include "tracker/store/batch.hpp"
#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/sqlite/unique_table.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace waymark::tracker::sqlite {

class BatchWriter {
 public:
  explicit BatchWriter(Database& database) : database_(database), uniques_(database) {}

  // Throws SqliteError; the transaction must then be rolled back.
  BatchOutcome write(const Batch& batch, std::uint64_t now_ms);

 private:
  // A cell of click_totals; the texts are those of the batch.
  struct Cell {
    std::string_view link, host, code, channel, click_class;
    std::uint64_t quarter_ms;
    bool test;
    friend auto operator<=>(const Cell&, const Cell&) = default;
  };
  struct CellHash {
    std::size_t operator()(const Cell& cell) const noexcept;
  };
  struct Sums {
    std::uint64_t raw = 0, counted = 0, uniques = 0;
  };

  void insert_clicks(const Batch& batch, BatchOutcome& outcome);
  void count(const Click& click, bool unique);
  void add_totals();
  void add_dead(const Batch& batch, BatchOutcome& outcome);
  void add_ranges(const Batch& batch, std::uint64_t now_ms);
  void find_full_links(BatchOutcome& outcome);

  Database& database_;
  UniqueTable uniques_;
  boost::unordered_flat_map<Cell, Sums, CellHash> totals_;
};

}  // namespace waymark::tracker::sqlite
