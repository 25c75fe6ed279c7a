#include "tracker/store/postgres/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::tracker::postgres {

namespace {

constexpr std::string_view serialization_failure = "40001";
constexpr std::string_view deadlock_detected = "40P01";
constexpr std::string_view lock_not_available = "55P03";
constexpr std::string_view query_canceled = "57014";
constexpr std::string_view duplicate_object = "42710";
constexpr std::string_view duplicate_table = "42P07";

Errc errc_of(std::string_view sqlstate) {
  if (sqlstate == serialization_failure || sqlstate == deadlock_detected ||
      sqlstate == lock_not_available || sqlstate == query_canceled) {
    return Errc::store_busy;
  }
  if (sqlstate.starts_with("23") || sqlstate == duplicate_object || sqlstate == duplicate_table) {
    return Errc::conflict;
  }
  if (sqlstate == "XX001" || sqlstate == "XX002") return Errc::store_corrupt;
  return Errc::store_unavailable;
}

std::string_view remedy_for(std::string_view sqlstate) {
  if (sqlstate.empty() || sqlstate.starts_with("08") || sqlstate.starts_with("57")) {
    return "check that the server runs and that this machine may reach it";
  }
  if (sqlstate.starts_with("28")) return "check user and password in --store, and pg_hba.conf";
  if (sqlstate.starts_with("3D")) return "make the database: see deploy/POSTGRESQL.md";
  if (sqlstate.starts_with("40") || sqlstate == lock_not_available) {
    return "look in pg_stat_activity for who holds its rows";
  }
  if (sqlstate.starts_with("42501")) return "give this user the rights of deploy/POSTGRESQL.md";
  if (sqlstate.starts_with("25006")) return "name the primary in --store, not a standby";
  if (sqlstate.starts_with("53")) return "make room: disk, memory or max_connections";
  return "look into the server's log";
}

}  // namespace

PostgresError::PostgresError(std::string_view sqlstate, const std::string& message)
    : sql::Error(errc_of(sqlstate), message), sqlstate_(sqlstate) {}

bool PostgresError::is_conflict() const noexcept {
  return sqlstate_ == serialization_failure || sqlstate_ == deadlock_detected;
}

std::string describe(const sql::Error& error, std::string_view url) {
  const auto* const refused = dynamic_cast<const PostgresError*>(&error);
  std::string message = error.what();
  while (message.ends_with('\n')) message.pop_back();
  std::replace(message.begin(), message.end(), '\n', ' ');
  if (refused == nullptr) {
    return fmt::format("store {}: {}; restore a backup", url, message);
  }
  return fmt::format("store {}: {}{}; {}", url, message,
                     refused->sqlstate().empty() ? "" : " (SQLSTATE " + refused->sqlstate() + ")",
                     remedy_for(refused->sqlstate()));
}

}  // namespace waymark::tracker::postgres
