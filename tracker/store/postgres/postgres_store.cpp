#include "tracker/store/postgres/postgres_store.hpp"

#include "common/settings/mask.hpp"
#include "tracker/store/postgres/migrations.hpp"

#include <fmt/format.h>

namespace waymark::tracker::postgres {

namespace {

constexpr int oldest_server = 150'000;

// Every commit is durable, also where the server's default is a faster one. Nobody waits for ever:
// for a lock that another tracker holds, or for one that stands still in a transaction or was cut
// off in it: the server lets go of its locks before its lease has ended (15 s).
constexpr std::string_view writer_session =
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local');"
    "SET lock_timeout = '10s';"
    "SET idle_in_transaction_session_timeout = '10s';"
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;";
constexpr std::string_view reader_session =
    "SET default_transaction_read_only = on;"
    "SET statement_timeout = '30s';";

Connection connect(std::string_view url, std::string_view name, StoreAccess access) {
  try {
    return Connection{std::string{url},
                      std::string{access == StoreAccess::write ? writer_session : reader_session}};
  } catch (const PostgresError& error) {
    throw StartupError{exit_code::unavailable, describe(error, name)};
  }
}

}  // namespace

PostgresStore::PostgresStore(std::string_view url, StoreAccess access)
    : SqlStore(connection_),
      name_(mask_passwords(url)),
      access_(access),
      connection_(connect(url, name_, access)) {
  try {
    open();
  } catch (const sql::Error& error) {
    throw StartupError{exit_code::unavailable, describe(error)};
  }
}

void PostgresStore::open() {
  if (connection_.server_version() < oldest_server) {
    throw StartupError{exit_code::config,
                       fmt::format("store {}: the server is older than PostgreSQL 15; upgrade it",
                                   name_)};
  }
  auto encoding = connection_.query("SELECT current_setting('server_encoding')");
  if (encoding.next() && encoding.view(0) != "UTF8") {
    throw StartupError{exit_code::config,
                       fmt::format("store {}: the database is encoded as {}; make one with "
                                   "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
                                   name_, encoding.view(0))};
  }
  refuse_newer(connection_, name_);
  if (access_ == StoreAccess::read) return;
  migrate(connection_);
  connection_.add_session(BatchWriter::staging_table);
  make_meta();
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
