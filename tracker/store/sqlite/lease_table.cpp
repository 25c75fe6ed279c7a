// Leases. One process has this store, so that it gets every lease it asks for; its names and rests
// are shown all the same.
#include "tracker/store/sqlite/sqlite_store.hpp"

#include <chrono>

namespace waymark::tracker::sqlite {

namespace {

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<bool> SqliteStore::hold_lease(std::string_view name, std::string_view holder,
                                     std::chrono::milliseconds life) {
  return write([&]() -> Result<bool> {
    const std::int64_t now = now_ms();
    const std::uint64_t held = database_.run(
        "INSERT INTO leases (slot, holder, expires_at) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (slot) DO UPDATE SET holder = ?2, expires_at = ?3"
        " WHERE holder = ?2 OR expires_at <= ?4",
        name, holder, now + life.count(), now);
    return held == 1;
  });
}

Result<void> SqliteStore::release_lease(std::string_view name, std::string_view holder) {
  return write([&]() -> Result<void> {
    database_.run("DELETE FROM leases WHERE slot = ? AND holder = ?", name, holder);
    return {};
  });
}

Result<std::vector<LeaseRow>> SqliteStore::leases() {
  return guarded([&]() -> Result<std::vector<LeaseRow>> {
    std::vector<LeaseRow> leases;
    const std::int64_t now = now_ms();
    auto row = database_.query("SELECT slot, holder, expires_at FROM leases ORDER BY slot");
    while (row.next()) {
      leases.push_back({.name = row.text(0), .holder = row.text(1), .rest_ms = row.integer(2) - now});
    }
    return leases;
  });
}

}  // namespace waymark::tracker::sqlite
