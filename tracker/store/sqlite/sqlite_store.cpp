#include "tracker/store/sqlite/sqlite_store.hpp"

#include "tracker/store/sqlite/open_database.hpp"

#include <fmt/format.h>

#include <random>

namespace waymark::tracker::sqlite {

namespace {

std::string random_word() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

SqliteStore::SqliteStore(const std::filesystem::path& file, StoreAccess access)
    : file_(file),
      lock_(access == StoreAccess::write ? std::optional<LockFile>{std::in_place, file}
                                         : std::nullopt),
      database_(open_database(file, access)) {
  if (access == StoreAccess::read) return;
  const auto made = write([&]() -> Result<void> {
    const std::string_view insert = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING";
    database_.run(insert, std::string_view{"id"}, random_word());
    database_.run(insert, std::string_view{"generation"}, random_word());
    database_.run(insert, std::string_view{"last_change"}, 0);
    database_.run(insert, std::string_view{"fold_change"}, 0);
    // The lock says that whoever held one has ended.
    database_.run("DELETE FROM leases");
    return {};
  });
  if (!made) {
    throw StartupError{exit_code::unavailable, failure_};
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
