#include "tracker/store/sqlite/migrations.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

namespace waymark::tracker::sqlite {

namespace {

constexpr std::array migrations = {
#include "tracker/store/sqlite/migrations/0001_store.sql"
    ,
#include "tracker/store/sqlite/migrations/0002_unique_arrivals.sql"
    ,
#include "tracker/store/sqlite/migrations/0003_aliases.sql"
    ,
#include "tracker/store/sqlite/migrations/0004_click_list.sql"
    ,
#include "tracker/store/sqlite/migrations/0005_late_clicks.sql"
    ,
#include "tracker/store/sqlite/migrations/0006_removed_domains.sql"
};

}  // namespace

int newest_migration() {
  return static_cast<int>(migrations.size());
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
  for (int number = applied_migration(database) + 1; number <= newest_migration(); ++number) {
    database.execute("BEGIN IMMEDIATE");
    try {
      database.execute(
          "CREATE TABLE IF NOT EXISTS schema_migrations ("
          "number INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT");
      database.execute(migrations[static_cast<std::size_t>(number - 1)]);
      database.run("INSERT INTO schema_migrations VALUES (?, datetime('now'))", number);
      database.execute("COMMIT");
    } catch (...) {
      database.execute("ROLLBACK");
      throw;
    }
  }
}

}  // namespace waymark::tracker::sqlite
