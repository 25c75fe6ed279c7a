#include "tracker/store/sqlite/sqlite_store.hpp"

#include "tracker/store/sqlite/migrations.hpp"

#include <fmt/format.h>

#include <random>

namespace waymark::tracker::sqlite {

namespace {

std::string random_word() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

Database open_database(const std::filesystem::path& file, StoreAccess access) {
  const bool writes = access == StoreAccess::write;
  try {
    Database database{
        file, SQLITE_OPEN_NOMUTEX |
                  (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)};
    database.execute("PRAGMA busy_timeout = 5000");
    // Uniques and totals are looked up all over their tables: keep them in memory while they fit.
    database.execute(writes ? "PRAGMA cache_size = -65536" : "PRAGMA cache_size = -16384");
    if (writes) {
      database.execute("PRAGMA journal_mode = WAL");
      database.execute("PRAGMA synchronous = FULL");
      // A busy drain rewrites the same inner pages in each batch: fewer, larger checkpoints.
      database.execute("PRAGMA wal_autocheckpoint = 8192");
      database.execute("PRAGMA journal_size_limit = 134217728");
    }
    refuse_newer(database, file);
    if (writes) migrate(database);
    return database;
  } catch (const SqliteError& error) {
    throw StartupError{
        to_errc(error) == Errc::store_busy ? exit_code::temporary : exit_code::config,
        fmt::format("store {} cannot be opened: {}; check that the file is an SQLite database this "
                    "user may write, or give --store another path",
                    file.string(), error.what())};
  }
}

}  // namespace

Errc to_errc(const SqliteError& error) noexcept {
  switch (error.code()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
      return Errc::store_busy;
    case SQLITE_CONSTRAINT:
      return Errc::conflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::store_corrupt;
    default:
      return Errc::store_unavailable;
  }
}

SqliteStore::SqliteStore(const std::filesystem::path& file, StoreAccess access)
    : lock_(access == StoreAccess::write ? std::optional<LockFile>{std::in_place, file}
                                         : std::nullopt),
      database_(open_database(file, access)) {
  if (access == StoreAccess::read) return;
  const auto made = write([&]() -> Result<void> {
    const std::string_view insert = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING";
    database_.run(insert, std::string_view{"id"}, random_word());
    database_.run(insert, std::string_view{"generation"}, random_word());
    database_.run(insert, std::string_view{"last_change"}, 0);
    database_.run(insert, std::string_view{"fold_change"}, 0);
    return {};
  });
  if (!made) {
    throw StartupError{exit_code::unavailable,
                       fmt::format("store {} cannot be written: {}; check free space and rights",
                                   file.string(), made.error().message())};
  }
}

Result<void> SqliteStore::atomically(const std::function<Result<void>()>& work) {
  return write(work);
}

std::string SqliteStore::meta(std::string_view name) {
  auto row = database_.query("SELECT value FROM meta WHERE name = ?", name);
  if (!row.next()) throw SqliteError{SQLITE_CORRUPT, "a row of table meta is missing"};
  return row.text(0);
}

Result<std::string> SqliteStore::id() {
  return guarded([&]() -> Result<std::string> { return meta("id"); });
}

Result<std::string> SqliteStore::generation() {
  return guarded([&]() -> Result<std::string> { return meta("generation"); });
}

Result<std::string> SqliteStore::renew_generation() {
  return write([&]() -> Result<std::string> {
    const std::string word = random_word();
    database_.run("UPDATE meta SET value = ? WHERE name = 'generation'", word);
    return word;
  });
}

}  // namespace waymark::tracker::sqlite
