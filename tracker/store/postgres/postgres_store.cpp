#include "tracker/store/postgres/postgres_store.hpp"

#include "common/settings/mask.hpp"
#include "tracker/store/postgres/open_connection.hpp"

namespace waymark::tracker::postgres {

PostgresStore::PostgresStore(std::string_view url, StoreAccess access)
    : SqlStore(connection_),
      name_(mask_passwords(url)),
      access_(access),
      connection_(open_connection(url, access)) {
  if (access_ == StoreAccess::read) return;
  const auto made = write([&]() -> Result<void> {
    make_meta();
    return {};
  });
  if (!made) throw StartupError{exit_code::unavailable, failure()};
}

void PostgresStore::begin(Lock lock) {
  if (access_ == StoreAccess::read) {
    connection_.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return;
  }
  connection_.begin("BEGIN ISOLATION LEVEL READ COMMITTED");
  if (lock == Lock::records) {
    connection_.query("SELECT value FROM meta WHERE name = 'last_change' FOR UPDATE");
  }
}

std::string PostgresStore::describe(const sql::Error& error) const {
  return postgres::describe(error, name_);
}

// --- Leases ---

Result<bool> PostgresStore::hold_lease(std::string_view name, std::string_view holder,
                                       std::chrono::milliseconds life) {
  return write(
      [&]() -> Result<bool> {
        return connection_.run(
                   "INSERT INTO leases AS held VALUES"
                   " (?, ?, clock_timestamp() + CAST(? AS bigint) * interval '1 millisecond')"
                   " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,"
                   " expires_at = excluded.expires_at"
                   " WHERE held.holder = excluded.holder OR held.expires_at <= clock_timestamp()",
                   name, holder, std::int64_t{life.count()}) == 1;
      },
      Lock::none);
}

Result<void> PostgresStore::release_lease(std::string_view name, std::string_view holder) {
  return write(
      [&]() -> Result<void> {
        connection_.run("DELETE FROM leases WHERE name = ? AND holder = ?", name, holder);
        return {};
      },
      Lock::none);
}

Result<std::vector<LeaseRow>> PostgresStore::leases() {
  return guarded([&]() -> Result<std::vector<LeaseRow>> {
    std::vector<LeaseRow> leases;
    auto row = connection_.query(
        "SELECT name, holder,"
        " CAST(extract(epoch FROM expires_at - clock_timestamp()) * 1000 AS bigint)"
        " FROM leases ORDER BY name");
    while (row.next()) leases.push_back({row.text(0), row.text(1), row.integer(2)});
    return leases;
  });
}

}  // namespace waymark::tracker::postgres
