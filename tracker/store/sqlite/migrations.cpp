#include "tracker/store/sqlite/migrations.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>

namespace waymark::tracker::sqlite {

namespace {

struct Migration {
  int number;
  const char* sql;
};

constexpr std::array migrations = {
    Migration{
        1,
#include "tracker/store/sqlite/migrations/0001_store.sql"
    },
    Migration{
        2,
#include "tracker/store/sqlite/migrations/0002_unique_arrivals.sql"
    },
    Migration{
        4,
#include "tracker/store/sqlite/migrations/0004_click_list.sql"
    },
};
static_assert(std::ranges::is_sorted(migrations, std::ranges::less{}, &Migration::number));

bool is_applied(Database& database, int number) {
  if (applied_migration(database) == 0) return false;
  auto found = database.query("SELECT count(*) FROM schema_migrations WHERE number = ?", number);
  found.next();
  return found.integer(0) == 1;
}

}  // namespace

int newest_migration() {
  return migrations.back().number;
}

int applied_migration(Database& database) {
  auto exists = database.query(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'");
  exists.next();
  if (exists.integer(0) == 0) return 0;
  auto newest = database.query("SELECT coalesce(max(number), 0) FROM schema_migrations");
  newest.next();
  return static_cast<int>(newest.integer(0));
}

void refuse_newer(Database& database, const std::filesystem::path& file) {
  const int applied = applied_migration(database);
  if (applied <= newest_migration()) return;
  throw StartupError{
      exit_code::config,
      fmt::format("store {} has schema {}, this program knows up to {}: it was opened by a newer "
                  "waymark-tracker; install that version or restore a backup from before it",
                  file.string(), applied, newest_migration())};
}

void migrate(Database& database) {
  for (const Migration& migration : migrations) {
    if (is_applied(database, migration.number)) continue;
    database.execute("BEGIN IMMEDIATE");
    try {
      database.execute(
          "CREATE TABLE IF NOT EXISTS schema_migrations ("
          "number INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT");
      database.execute(migration.sql);
      database.run("INSERT INTO schema_migrations VALUES (?, datetime('now'))", migration.number);
      database.execute("COMMIT");
    } catch (...) {
      database.execute("ROLLBACK");
      throw;
    }
  }
}

}  // namespace waymark::tracker::sqlite
