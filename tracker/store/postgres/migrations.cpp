#include "tracker/store/postgres/migrations.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

namespace waymark::tracker::postgres {

namespace {

constexpr std::array migrations = {
#include "tracker/store/postgres/migrations/0001_store.sql"
    ,
#include "tracker/store/postgres/migrations/0002_removed_domains.sql"
};

constexpr int newest = static_cast<int>(migrations.size());

bool has_table(Connection& connection, std::string_view name) {
  auto row = connection.query("SELECT to_regclass(CAST(? AS text)) IS NOT NULL", name);
  row.next();
  return row.integer(0) == 1;
}

// 0 for a new database.
int applied(Connection& connection) {
  if (!has_table(connection, "schema_migrations")) return 0;
  auto row = connection.query("SELECT coalesce(max(number), 0) FROM schema_migrations");
  row.next();
  return static_cast<int>(row.integer(0));
}

// The row that trackers lock while they change the schema. Two that make the table at once collide
// in PostgreSQL's own tables (IF NOT EXISTS does not help: the relation, its type or its key is
// there all of a sudden), and one of them looks again.
void make_lock_row(Connection& connection) {
  constexpr int attempts_max = 5;
  for (int attempt = 1;; ++attempt) {
    try {
      connection.execute("CREATE TABLE IF NOT EXISTS schema_lock (one integer PRIMARY KEY)");
      connection.execute("INSERT INTO schema_lock VALUES (1) ON CONFLICT DO NOTHING");
      return;
    } catch (const PostgresError& error) {
      if (error.errc() != Errc::conflict || attempt == attempts_max) throw;
    }
  }
}

// False when nothing was left to do.
bool apply_next(Connection& connection) {
  connection.query("SELECT one FROM schema_lock FOR UPDATE");
  connection.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations"
      " (number integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
  const int number = applied(connection) + 1;
  if (number > newest) return false;
  connection.execute(migrations[static_cast<std::size_t>(number - 1)]);
  connection.run("INSERT INTO schema_migrations VALUES (?)", number);
  return true;
}

}  // namespace

void refuse_newer(Connection& connection, std::string_view name) {
  const int number = applied(connection);
  if (number <= newest) return;
  throw StartupError{
      exit_code::config,
      fmt::format("store {} has schema {}, this program knows up to {}: it was opened by a newer "
                  "waymark-tracker; install that version or restore a backup from before it",
                  name, number, newest)};
}

void migrate(Connection& connection) {
  if (applied(connection) == newest) return;
  make_lock_row(connection);
  for (bool more = true; more;) {
    connection.begin("BEGIN ISOLATION LEVEL READ COMMITTED");
    try {
      more = apply_next(connection);
      connection.commit();
    } catch (...) {
      connection.rollback();
      throw;
    }
  }
}

}  // namespace waymark::tracker::postgres
