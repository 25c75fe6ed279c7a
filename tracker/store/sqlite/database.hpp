// SQLite with string_views: a connection and its prepared statements. Failures are SqliteError
// inside this folder; SqliteStore turns them into values at its border. Texts are bound without a
// copy: one for each column would cost the drain an allocation.
#pragma once

#include "common/error.hpp"
#include "common/uuid.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waymark::tracker::sqlite {

class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int code() const noexcept { return code_; }  // primary result code, SQLITE_BUSY and so on

 private:
  int code_;
};

Errc to_errc(const SqliteError& error) noexcept;
// One line for a person: the file, SQLite's message, the remedy.
std::string describe(const SqliteError& error, const std::filesystem::path& file);

// A prepared statement. Parameters count from 1, columns from 0. Texts are bound without copying:
// they must live until the next reset().
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);

  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind_blob(int index, std::string_view bytes);
  void bind_null(int index);
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

// A running statement: reset when it leaves, so that no read transaction stays open.
class Cursor {
 public:
  explicit Cursor(Statement& statement) : statement_(&statement) {}
  Cursor(Cursor&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
  Cursor& operator=(Cursor&&) = delete;
  ~Cursor() {
    if (statement_ != nullptr) statement_->reset();
  }

  bool next() { return statement_->step(); }
  bool is_null(int column) const { return statement_->is_null(column); }
  std::int64_t integer(int column) const { return statement_->integer(column); }
  std::uint64_t unsigned_integer(int column) const {
    return static_cast<std::uint64_t>(statement_->integer(column));
  }
  std::string text(int column) const { return std::string{statement_->text(column)}; }
  std::string_view view(int column) const { return statement_->text(column); }
  std::optional<Uuid> uuid(int column) const;

 private:
  Statement* statement_;
};

class Database {
 public:
  // `flags` as of sqlite3_open_v2.
  Database(const std::filesystem::path& file, int flags);

  void execute(const std::string& sql);

  // Prepared once, kept by text.
  Statement& prepared(std::string_view sql);

  // Arguments are copied: texts, integers, std::optional of either (empty is NULL).
  template <class... Arguments>
  Cursor query(std::string_view sql, const Arguments&... arguments) {
    Statement& statement = prepared(sql);
    int index = 0;
    (bind_copy(statement, ++index, arguments), ...);
    return Cursor{statement};
  }
  // Returns the number of rows changed.
  template <class... Arguments>
  std::uint64_t run(std::string_view sql, const Arguments&... arguments) {
    query(sql, arguments...).next();
    return changes();
  }
  std::uint64_t changes() const noexcept;
  bool in_transaction() const noexcept;
  // Transactions that were rolled back: what was remembered of their rows is wrong then.
  std::uint64_t rollbacks() const noexcept { return *rollbacks_; }

  // Binds a copy: the value may end at once.
  static void bind_copy(Statement& statement, int index, std::string_view text);
  static void bind_copy(Statement& statement, int index, std::int64_t value) {
    statement.bind(index, value);
  }
  static void bind_copy(Statement& statement, int index, std::uint64_t value) {
    statement.bind(index, static_cast<std::int64_t>(value));
  }
  static void bind_copy(Statement& statement, int index, int value) {
    statement.bind(index, std::int64_t{value});
  }
  static void bind_copy(Statement& statement, int index, bool value) {
    statement.bind(index, std::int64_t{value});
  }
  template <class Value>
  static void bind_copy(Statement& statement, int index, const std::optional<Value>& value) {
    if (value) {
      bind_copy(statement, index, *value);
    } else {
      statement.bind_null(index);
    }
  }

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
  };

  std::unique_ptr<std::uint64_t> rollbacks_ = std::make_unique<std::uint64_t>(0);
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, Statement> statements_;
};

}  // namespace waymark::tracker::sqlite
