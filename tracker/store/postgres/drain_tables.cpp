// What the drain reads and writes.
#include "tracker/store/postgres/postgres_store.hpp"
#include "tracker/store/sql/sequence_text.hpp"

#include <algorithm>
#include <utility>

namespace waymark::tracker::postgres {

namespace {

// An origin as it was added up last, then its parts in the order in which they came.
const std::string added_up = "SELECT origin, edge, committed, lost, ended, updated, change, 0 FROM origins";
const std::string parts =
    "SELECT origin, edge, committed, lost, ended, updated, 0, id FROM origin_parts";
constexpr std::string_view in_order = " ORDER BY 1, 8";

OriginRow read_origin(const sql::Cursor& row) {
  return {.key = row.text(0),
          .edge = row.text(1),
          .committed = sql::sequence_set_from(row.view(2)),
          .lost = sql::sequence_set_from(row.view(3)),
          .ended_ms = row.unsigned_integer(4),
          .updated_ms = row.unsigned_integer(5)};
}

void add(OriginRow& sum, const OriginRow& part) {
  sum.edge = part.edge;
  sum.committed.add(part.committed);
  sum.lost.add(part.lost);
  if (sum.ended_ms == 0) sum.ended_ms = part.ended_ms;
  sum.updated_ms = std::max(sum.updated_ms, part.updated_ms);
}

// Rows of one origin are neighbours; the change of the newest is added to `change`.
std::vector<OriginRow> add_up(sql::Cursor rows, std::uint64_t& change) {
  std::vector<OriginRow> origins;
  while (rows.next()) {
    OriginRow row = read_origin(rows);
    change = std::max(change, rows.unsigned_integer(6));
    if (!origins.empty() && origins.back().key == row.key) {
      add(origins.back(), row);
    } else {
      origins.push_back(std::move(row));
    }
  }
  // Lines that turn up after all undo their loss, in whatever order the two arrive.
  for (OriginRow& origin : origins) origin.lost = sql::without(origin.lost, origin.committed);
  return origins;
}

}  // namespace

Result<BatchOutcome> PostgresStore::commit_batch(const Batch& batch, std::uint64_t now_ms) {
  if (const auto made = make_partitions(batch, now_ms); !made) return made.error();
  return write(
      [&]() -> Result<BatchOutcome> {
        BatchOutcome outcome = batch_writer_.write(batch, now_ms, clicks_kept_from());
        find_full_links(outcome);
        return outcome;
      },
      Lock::none);
}

// Limited links are few: those of the batch are looked up one by one, the rest never. What other
// trackers have not committed yet is not seen: the limit is a soft one.
void PostgresStore::find_full_links(BatchOutcome& outcome) {
  auto any = connection_.query(
      "SELECT EXISTS (SELECT 1 FROM links WHERE max_clicks IS NOT NULL AND is_full = 0)");
  if (!any.next() || any.integer(0) == 0) return;
  for (const std::string_view link : batch_writer_.totals().counted_links()) {
    auto full = connection_.query(
        "SELECT host, code, counted FROM links JOIN"
        " (SELECT sum(counted) AS counted FROM click_totals WHERE link = ?1) AS sums"
        " ON max_clicks <= counted WHERE id = ?1 AND is_full = 0",
        link);
    if (!full.next()) continue;
    const std::uint64_t change = next_change();
    const std::uint64_t set = connection_.run(
        "UPDATE links SET is_full = 1, change = ? WHERE id = ? AND is_full = 0", change, link);
    if (set == 1) {
      outcome.full_links.push_back({full.text(0), full.text(1), full.unsigned_integer(2)});
    }
  }
}

Result<Store::Folded> PostgresStore::fold(std::uint64_t after_change) {
  if (access_ == StoreAccess::write) {
    if (const auto done = add_up_parts(); !done) return done.error();
  }
  return guarded([&]() -> Result<Folded> {
    Folded folded;
    folded.change = after_change;
    folded.origins = add_up(
        connection_.query(
            added_up + " WHERE change > ? OR origin IN (SELECT origin FROM origin_parts) UNION ALL " +
                parts + std::string{in_order},
            after_change),
        folded.change);
    return folded;
  });
}

Result<std::optional<OriginRow>> PostgresStore::origin(std::string_view key) {
  return guarded([&]() -> Result<std::optional<OriginRow>> {
    std::uint64_t change = 0;
    auto rows = add_up(connection_.query(added_up + " WHERE origin = ?1 UNION ALL " + parts +
                                             " WHERE origin = ?1" + std::string{in_order},
                                         key),
                       change);
    if (rows.empty()) return std::optional<OriginRow>{};
    return std::optional{std::move(rows.front())};
  });
}

// One tracker at a time, whoever it is: the others wait for the row of fold_change and find nothing
// left to do. Parts of batches that are not committed yet are not seen and stay for the next time.
Result<void> PostgresStore::add_up_parts() {
  const auto waiting = guarded([&]() -> Result<std::uint64_t> {
    auto row = connection_.query("SELECT EXISTS (SELECT 1 FROM drain_count_parts OFFSET 1)");
    row.next();
    return row.unsigned_integer(0);
  });
  if (!waiting) return waiting.error();
  if (*waiting == 0) return {};
  return write(
      [&]() -> Result<void> {
        connection_.run(
            "UPDATE meta SET value = CAST(CAST(value AS bigint) + 1 AS text)"
            " WHERE name = 'fold_change'");
        add_up_totals();
        add_up_origins();
        return {};
      },
      Lock::none);
}

void PostgresStore::add_up_totals() {
  connection_.run(
      "WITH taken AS (DELETE FROM click_total_parts RETURNING *)"
      " INSERT INTO click_totals_added_up AS totals"
      " SELECT link, host, code, quarter, channel, class, test,"
      "  sum(raw), sum(counted), sum(uniques) FROM taken GROUP BY 1, 2, 3, 4, 5, 6, 7"
      " ORDER BY 1, 2, 3, 4, 5, 6, 7"
      " ON CONFLICT (link, host, code, quarter, channel, class, test) DO UPDATE"
      " SET raw = totals.raw + excluded.raw, counted = totals.counted + excluded.counted,"
      " uniques = totals.uniques + excluded.uniques");
  connection_.run(
      "WITH taken AS (DELETE FROM drain_count_parts RETURNING *)"
      " INSERT INTO drain_count_parts SELECT sum(stored), sum(duplicate), sum(dead), sum(late)"
      " FROM taken");
}

void PostgresStore::add_up_origins() {
  std::uint64_t change = 0;
  const auto origins =
      add_up(connection_.query(
                 "WITH taken AS (DELETE FROM origin_parts RETURNING *) " + added_up +
                 " WHERE origin IN (SELECT origin FROM taken) UNION ALL"
                 " SELECT origin, edge, committed, lost, ended, updated, 0, id FROM taken" +
                 std::string{in_order}),
             change);
  for (const OriginRow& origin : origins) {
    connection_.run(
        "INSERT INTO origins VALUES (?,?,?,?,?,?,"
        " (SELECT CAST(value AS bigint) FROM meta WHERE name = 'fold_change'))"
        " ON CONFLICT (origin) DO UPDATE SET edge = excluded.edge,"
        " committed = excluded.committed, lost = excluded.lost, ended = excluded.ended,"
        " updated = excluded.updated, change = excluded.change",
        origin.key, origin.edge, sql::to_text(origin.committed), sql::to_text(origin.lost),
        origin.ended_ms, origin.updated_ms);
  }
}

}  // namespace waymark::tracker::postgres
