// The end of old clicks, and the partitions that make it cheap.
#include "tracker/store/postgres/postgres_store.hpp"

namespace waymark::tracker::postgres {

Result<void> PostgresStore::make_partitions(const Batch& batch, std::uint64_t now_ms) {
  const auto missing = partitions_.missing(batch.clicks(), now_ms);
  if (missing.empty()) return {};
  const bool own = !connection_.in_transaction();
  const auto made = write(
      [&]() -> Result<void> {
        for (const auto month : missing) partitions_.make(month);
        return {};
      },
      Lock::none);
  if (made && own) partitions_.remember(missing);
  return made;
}

// Shared by batches, which must not store what forget_clicks is about to take.
std::uint64_t PostgresStore::clicks_kept_from() {
  auto row =
      connection_.query("SELECT value FROM meta WHERE name = 'clicks_kept_from' FOR SHARE");
  if (!row.next()) throw sql::Corrupt{"a row of table meta is missing"};
  return row.unsigned_integer(0);
}

Result<std::uint64_t> PostgresStore::forget_clicks(std::uint64_t before_ms, std::size_t limit) {
  // Waits for the batches that run; those that come later know.
  const auto announced = write(
      [&]() -> Result<void> {
        connection_.run(
            "UPDATE meta SET value = CAST(CAST(?1 AS bigint) AS text)"
            " WHERE name = 'clicks_kept_from' AND CAST(value AS bigint) < CAST(?1 AS bigint)",
            before_ms);
        return {};
      },
      Lock::none);
  if (!announced) return announced.error();
  return write(
      [&]() -> Result<std::uint64_t> {
        while (const auto dropped = partitions_.drop_oldest(before_ms)) {
          if (*dropped > 0) return *dropped;
        }
        return connection_.run(
            "DELETE FROM clicks WHERE id IN"
            " (SELECT id FROM clicks WHERE id < ? ORDER BY id LIMIT ?)",
            first_id_of(before_ms).text(), std::uint64_t{limit});
      },
      Lock::none);
}

}  // namespace waymark::tracker::postgres
