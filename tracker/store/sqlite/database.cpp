#include "tracker/store/sqlite/database.hpp"

#include <fmt/format.h>

namespace waymark::tracker::sqlite {

namespace {

[[noreturn]] void fail(sqlite3* database, int code) {
  throw SqliteError{code & 0xff, database != nullptr ? sqlite3_errmsg(database) : "out of memory"};
}

Errc errc_of(int code) noexcept {
  switch (code) {
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

// Rows of a prepared statement: reset when they leave, so that no read transaction stays open.
class StatementRows final : public sql::Rows {
 public:
  explicit StatementRows(Statement& statement) : statement_(statement) {}
  ~StatementRows() override { statement_.reset(); }
  StatementRows(const StatementRows&) = delete;
  StatementRows& operator=(const StatementRows&) = delete;

  bool next() override { return statement_.step(); }
  bool is_null(int column) const override { return statement_.is_null(column); }
  std::int64_t integer(int column) const override { return statement_.integer(column); }
  std::string_view text(int column) const override { return statement_.text(column); }

 private:
  Statement& statement_;
};

}  // namespace

SqliteError::SqliteError(int code, const std::string& message)
    : sql::Error(errc_of(code), message), code_(code) {}

std::string describe(const sql::Error& error, const std::filesystem::path& file) {
  const auto* const sqlite = dynamic_cast<const SqliteError*>(&error);
  const auto remedy = [&]() -> std::string_view {
    switch (sqlite != nullptr ? sqlite->code() : SQLITE_CORRUPT) {
      case SQLITE_FULL:
        return "make room on its disk";
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return "end the program that holds a lock on it";
      case SQLITE_READONLY:
      case SQLITE_CANTOPEN:
      case SQLITE_PERM:
        return "give this user the right to write it and its folder";
      case SQLITE_IOERR:
        return "check its disk";
      default:
        return "check it with PRAGMA integrity_check, restore a backup if it is damaged";
    }
  };
  return fmt::format("store {}: {}; {}", file.string(), error.what(), remedy());
}

Statement::Statement(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) fail(database, code);
  handle_.reset(statement);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) fail(sqlite3_db_handle(handle_.get()), code);
}

void Statement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL, and an empty view may hold one.
  const char* data = text.empty() ? "" : text.data();
  check(sqlite3_bind_text(handle_.get(), index, data, static_cast<int>(text.size()), nullptr));
}

void Statement::bind_null(int index) {
  check(sqlite3_bind_null(handle_.get(), index));
}

void Statement::bind_optional(int index, std::string_view text) {
  if (text.empty()) {
    bind_null(index);
  } else {
    bind(index, text);
  }
}

void Statement::bind_copy(int index, const sql::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    bind(index, *number);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    const char* data = text->empty() ? "" : text->data();
    check(sqlite3_bind_text64(handle_.get(), index, data, text->size(), SQLITE_TRANSIENT,
                              SQLITE_UTF8));
  } else if (const auto* bytes = std::get_if<sql::Bytes>(&value)) {
    check(sqlite3_bind_blob64(handle_.get(), index, bytes->view.data(), bytes->view.size(),
                              SQLITE_TRANSIENT));
  } else {
    bind_null(index);
  }
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // Left as it is, the next bind would fail too.
  const SqliteError error{code & 0xff, sqlite3_errmsg(sqlite3_db_handle(handle_.get()))};
  reset();
  throw error;
}

void Statement::reset() noexcept {
  sqlite3_reset(handle_.get());
}

bool Statement::is_null(int column) const noexcept {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string_view Statement::text(int column) const noexcept {
  const void* bytes = sqlite3_column_blob(handle_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Database::Database(const std::filesystem::path& file, int flags) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
  handle_.reset(database);
  if (code != SQLITE_OK) fail(database, code);
  sqlite3_rollback_hook(
      database, [](void* count) { ++*static_cast<std::uint64_t*>(count); }, rollbacks_.get());
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(handle_.get(), code);
}

void Database::add_module(const std::string& name, const sqlite3_module& module, void* client,
                          void (*end)(void*)) {
  const int code = sqlite3_create_module_v2(handle_.get(), name.c_str(), &module, client, end);
  if (code != SQLITE_OK) fail(handle_.get(), code);
}

Statement& Database::prepared(std::string_view sql) {
  const auto [entry, made] = statements_.try_emplace(std::string{sql}, handle_.get(), sql);
  return entry->second;
}

std::uint64_t Database::changes() const noexcept {
  return static_cast<std::uint64_t>(sqlite3_changes(handle_.get()));
}

bool Database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle_.get()) == 0;
}

sql::Cursor Database::query_values(std::string_view sql, std::span<const sql::Value> values) {
  Statement& statement = prepared(sql);
  int index = 0;
  for (const sql::Value& value : values) statement.bind_copy(++index, value);
  return sql::Cursor{std::make_unique<StatementRows>(statement)};
}

std::uint64_t Database::run_values(std::string_view sql, std::span<const sql::Value> values) {
  query_values(sql, values).next();
  return changes();
}

}  // namespace waymark::tracker::sqlite
