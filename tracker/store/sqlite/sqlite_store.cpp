#include "tracker/store/sqlite/sqlite_store.hpp"

#include "tracker/store/sqlite/open_database.hpp"

namespace waymark::tracker::sqlite {

SqliteStore::SqliteStore(const std::filesystem::path& file, StoreAccess access)
    : SqlStore(database_),
      file_(file),
      lock_(access == StoreAccess::write ? std::optional<LockFile>{std::in_place, file}
                                         : std::nullopt),
      database_(open_database(file, access)) {
  if (access == StoreAccess::read) return;
  const auto made = write([&]() -> Result<void> {
    make_meta();
    // The lock says that whoever held one has ended.
    database_.run("DELETE FROM leases");
    return {};
  });
  if (!made) {
    throw StartupError{exit_code::unavailable, failure()};
  }
}

// There is one writer, whatever it writes; a reader never takes the lock for writing.
void SqliteStore::begin(Lock) {
  database_.execute(lock_ ? "BEGIN IMMEDIATE" : "BEGIN");
}

std::string SqliteStore::describe(const sql::Error& error) const {
  return sqlite::describe(error, file_);
}

}  // namespace waymark::tracker::sqlite
