// What the drain reads and writes.
#include "tracker/store/sqlite/sequence_text.hpp"
#include "tracker/store/sqlite/sqlite_store.hpp"

namespace waymark::tracker::sqlite {

namespace {

constexpr std::string_view origin_columns = "origin, edge, committed, lost, ended, updated";

OriginRow read_origin(Cursor& row) {
  return {.key = row.text(0),
          .edge = row.text(1),
          .committed = sequence_set_from(row.view(2)),
          .lost = sequence_set_from(row.view(3)),
          .ended_ms = row.unsigned_integer(4),
          .updated_ms = row.unsigned_integer(5)};
}

}  // namespace

Result<BatchOutcome> SqliteStore::commit_batch(const Batch& batch, std::uint64_t now_ms) {
  return write([&]() -> Result<BatchOutcome> { return batch_writer_.write(batch, now_ms); });
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

Result<DrainCounts> SqliteStore::drain_counts() {
  return guarded([&]() -> Result<DrainCounts> {
    auto row = database_.query("SELECT stored, duplicate, dead FROM drain_counts");
    row.next();
    return DrainCounts{.stored = row.unsigned_integer(0),
                       .duplicate = row.unsigned_integer(1),
                       .dead = row.unsigned_integer(2)};
  });
}

Result<std::vector<DeadLetter>> SqliteStore::dead_letters(std::string_view reason,
                                                          std::int64_t after_id,
                                                          std::size_t limit) {
  return guarded([&]() -> Result<std::vector<DeadLetter>> {
    std::vector<DeadLetter> letters;
    auto row = database_.query(
        "SELECT id, at, stream, entry, origin, sequence, reason, line FROM dead_letters"
        " WHERE id > ?1 AND (?2 = '' OR reason = ?2) ORDER BY id LIMIT ?3",
        after_id, reason, std::uint64_t{limit});
    while (row.next()) {
      letters.push_back({.id = row.integer(0),
                         .at_ms = row.unsigned_integer(1),
                         .stream = row.text(2),
                         .entry = row.text(3),
                         .origin = row.text(4),
                         .sequence = row.unsigned_integer(5),
                         .reason = row.text(6),
                         .line = row.text(7)});
    }
    return letters;
  });
}

}  // namespace waymark::tracker::sqlite
