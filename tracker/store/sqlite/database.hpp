// SQLite with string_views: a connection and its prepared statements. Statement binds texts without
// a copy: one for each column would cost the drain an allocation.
#pragma once

#include "tracker/store/sql/database.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waymark::tracker::sqlite {

class SqliteError : public sql::Error {
 public:
  // `code`: primary result code, SQLITE_BUSY and so on.
  SqliteError(int code, const std::string& message);
  int code() const noexcept { return code_; }

 private:
  int code_;
};

// One line for a person: the file, SQLite's message, the remedy.
std::string describe(const sql::Error& error, const std::filesystem::path& file);

// A prepared statement. Parameters count from 1, columns from 0. Texts are bound without copying:
// they must live until the next reset().
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);

  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind_null(int index);
  void bind_copy(int index, const sql::Value& value);  // this one may end at once
  // Null where the text is empty: absent means unknown.
  void bind_optional(int index, std::string_view text);

  bool step();  // true: a row is there
  void reset() noexcept;

  bool is_null(int column) const noexcept;
  std::int64_t integer(int column) const noexcept;
  std::string_view text(int column) const noexcept;  // lives until the next step or reset

  sqlite3_stmt* handle() const noexcept { return handle_.get(); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  void check(int code) const;

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

class Database final : public sql::Database {
 public:
  // `flags` as of sqlite3_open_v2.
  Database(const std::filesystem::path& file, int flags);

  // Values are copied.
  sql::Cursor query_values(std::string_view sql, std::span<const sql::Value> values) override;
  std::uint64_t run_values(std::string_view sql, std::span<const sql::Value> values) override;
  void execute(const std::string& sql) override;
  bool in_transaction() const noexcept override;
  void commit() override { execute("COMMIT"); }
  void rollback() override { execute("ROLLBACK"); }

  // Tables that `module` reads; `end` is called for `client` with the connection, or at once when
  // this fails. Throws SqliteError.
  void add_module(const std::string& name, const sqlite3_module& module, void* client,
                  void (*end)(void*));

  // Prepared once, kept by text.
  Statement& prepared(std::string_view sql);
  std::uint64_t changes() const noexcept;
  // Transactions that were rolled back: what was remembered of their rows is wrong then.
  std::uint64_t rollbacks() const noexcept { return *rollbacks_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
  };

  std::unique_ptr<std::uint64_t> rollbacks_ = std::make_unique<std::uint64_t>(0);
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, Statement> statements_;
};

}  // namespace waymark::tracker::sqlite
