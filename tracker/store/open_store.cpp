#include "tracker/store/postgres/postgres_store.hpp"
#include "tracker/store/sqlite/sqlite_store.hpp"
#include "tracker/store/store.hpp"

#include <fmt/format.h>

namespace waymark::tracker {

namespace {
constexpr std::string_view sqlite_scheme = "sqlite:";
}  // namespace

std::unique_ptr<Store> open_store(std::string_view url, StoreAccess access) {
  if (url.starts_with(sqlite_scheme) && url.size() > sqlite_scheme.size()) {
    return std::make_unique<sqlite::SqliteStore>(url.substr(sqlite_scheme.size()), access);
  }
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return std::make_unique<postgres::PostgresStore>(url, access);
  }
  throw StartupError{exit_code::config,
                     fmt::format("store: '{}' is no store this program knows; write sqlite:PATH or "
                                 "postgresql://USER@HOST/DATABASE",
                                 url)};
}

bool is_shared(std::string_view url) {
  return !url.starts_with(sqlite_scheme);
}

}  // namespace waymark::tracker
