// What the drain reads and writes, leases, and the end of old clicks.
#include "tracker/store/sql/sequence_text.hpp"
#include "tracker/store/sqlite/sqlite_store.hpp"

#include <fmt/format.h>

namespace waymark::tracker::sqlite {

namespace {

constexpr std::string_view origin_columns = "origin, edge, committed, lost, ended, updated";

OriginRow read_origin(sql::Cursor& row) {
  return {.key = row.text(0),
          .edge = row.text(1),
          .committed = sql::sequence_set_from(row.view(2)),
          .lost = sql::sequence_set_from(row.view(3)),
          .ended_ms = row.unsigned_integer(4),
          .updated_ms = row.unsigned_integer(5)};
}

}  // namespace

Result<BatchOutcome> SqliteStore::commit_batch(const Batch& batch, std::uint64_t now_ms) {
  return write([&]() -> Result<BatchOutcome> { 
    return batch_writer_.write(batch, now_ms, std::stoull(meta("clicks_kept_from")));
  });
}

Result<Store::Folded> SqliteStore::fold(std::uint64_t after_change) {
  return guarded([&]() -> Result<Folded> {
    // BatchWriter folds at once; what is left is to say what is new.
    Folded folded;
    folded.change = after_change;
    auto row = database_.query("SELECT " + std::string{origin_columns} +
                                   ", change FROM origins WHERE change > ?"
                                   " ORDER BY change",
                               after_change);
    while (row.next()) {
      folded.origins.push_back(read_origin(row));
      folded.change = row.unsigned_integer(6);
    }
    return folded;
  });
}

Result<std::optional<OriginRow>> SqliteStore::origin(std::string_view key) {
  return guarded([&]() -> Result<std::optional<OriginRow>> {
    auto row = database_.query(
        "SELECT " + std::string{origin_columns} + " FROM origins WHERE origin = ?", key);
    if (!row.next()) return std::optional<OriginRow>{};
    return std::optional{read_origin(row)};
  });
}

// --- Leases ---

namespace {

// The store's clock, unix milliseconds.
constexpr std::string_view now_ms =
    "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";

}  // namespace

Result<bool> SqliteStore::hold_lease(std::string_view name, std::string_view holder,
                                     std::chrono::milliseconds life) {
  return write([&]() -> Result<bool> {
    return database_.run(fmt::format("INSERT INTO leases VALUES (?, ?, {0} + ?)"
                                     " ON CONFLICT DO UPDATE SET holder = excluded.holder,"
                                     " expires_at = excluded.expires_at"
                                     " WHERE holder = excluded.holder OR expires_at <= {0}",
                                     now_ms),
                         name, holder, std::int64_t{life.count()}) == 1;
  });
}

Result<void> SqliteStore::release_lease(std::string_view name, std::string_view holder) {
  return write([&]() -> Result<void> {
    database_.run("DELETE FROM leases WHERE slot = ? AND holder = ?", name, holder);
    return {};
  });
}

Result<std::vector<LeaseRow>> SqliteStore::leases() {
  return guarded([&]() -> Result<std::vector<LeaseRow>> {
    std::vector<LeaseRow> leases;
    auto row = database_.query(
        fmt::format("SELECT slot, holder, expires_at - {} FROM leases ORDER BY slot", now_ms));
    while (row.next()) leases.push_back({row.text(0), row.text(1), row.integer(2)});
    return leases;
  });
}

// --- Retention ---

Result<std::uint64_t> SqliteStore::forget_clicks(std::uint64_t before_ms, std::size_t limit) {
  return write([&]() -> Result<std::uint64_t> {
    database_.run(
        "UPDATE meta SET value = max(CAST(value AS INTEGER), ?)"
        " WHERE name = 'clicks_kept_from'",
        before_ms);
    return database_.run(
        "DELETE FROM clicks WHERE id IN (SELECT id FROM clicks WHERE id < ? ORDER BY id LIMIT ?)",
        first_id_of(before_ms).text(), std::uint64_t{limit});
  });
}

}  // namespace waymark::tracker::sqlite
