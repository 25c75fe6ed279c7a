#include "tracker/store/sqlite/open_database.hpp"

#include "tracker/store/sqlite/migrations.hpp"

#include <fmt/format.h>

namespace waymark::tracker::sqlite {

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
      database.execute("PRAGMA wal_autocheckpoint = 32768");
      database.execute("PRAGMA journal_size_limit = 134217728");
    }
    refuse_newer(database, file);
    if (writes) migrate(database);
    return database;
  } catch (const SqliteError& error) {
    throw StartupError{
        error.errc() == Errc::store_busy ? exit_code::temporary : exit_code::config,
        fmt::format("store {} cannot be opened: {}; check that the file is an SQLite database this "
                    "user may write, or give --store another path",
                    file.string(), error.what())};
  }
}

}  // namespace waymark::tracker::sqlite
