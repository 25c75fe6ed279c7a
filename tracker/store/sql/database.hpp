// The part of a database that both backends share: statements with bound values, and rows. Failures
// are Error inside the store's folders; SqlStore turns them into values at its border.
//
// Statements are written once for all backends: parameters are `?` or `?1`, and what only one
// backend understands stays out of tracker/store/sql/.
#pragma once

#include "common/error.hpp"
#include "common/uuid.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace waymark::tracker::sql {

class Error : public std::runtime_error {
 public:
  Error(Errc errc, const std::string& message) : std::runtime_error(message), errc_(errc) {}
  Errc errc() const noexcept { return errc_; }
  // The transaction lost against another one; the same work may succeed at once.
  virtual bool is_conflict() const noexcept { return false; }

 private:
  Errc errc_;
};

// A stored value that the program cannot have written.
class Corrupt : public Error {
 public:
  explicit Corrupt(const std::string& message) : Error(Errc::store_corrupt, message) {}
};

struct Bytes {
  std::string_view view;
};
// A bound value; monostate is NULL. Texts and bytes must live until the call returns.
using Value = std::variant<std::monostate, std::int64_t, std::string_view, Bytes>;

inline Value value_of(std::string_view text) {
  return text;
}
inline Value value_of(Bytes bytes) {
  return bytes;
}
inline Value value_of(std::int64_t number) {
  return number;
}
inline Value value_of(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}
inline Value value_of(int number) {
  return std::int64_t{number};
}
inline Value value_of(bool flag) {
  return std::int64_t{flag};
}
template <class T>
Value value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : Value{};
}

// Rows of one statement. Columns count from 0; a NULL reads as 0 and as an empty text.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual bool next() = 0;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  // lives until the next call of next()
};

// The rows of a statement that runs: ends it when it leaves.
class Cursor {
 public:
  explicit Cursor(std::unique_ptr<Rows> rows) : rows_(std::move(rows)) {}

  bool next() { return rows_->next(); }
  bool is_null(int column) const { return rows_->is_null(column); }
  std::int64_t integer(int column) const { return rows_->integer(column); }
  std::uint64_t unsigned_integer(int column) const {
    return static_cast<std::uint64_t>(rows_->integer(column));
  }
  std::string text(int column) const { return std::string{rows_->text(column)}; }
  std::string_view view(int column) const { return rows_->text(column); }
  std::optional<Uuid> uuid(int column) const {
    const auto id = parse_uuid(view(column));
    return id ? std::optional<Uuid>{*id} : std::nullopt;
  }

 private:
  std::unique_ptr<Rows> rows_;
};

class Database {
 public:
  virtual ~Database() = default;

  virtual Cursor query_values(std::string_view sql, std::span<const Value> values) = 0;
  // Returns the number of rows changed.
  virtual std::uint64_t run_values(std::string_view sql, std::span<const Value> values) = 0;
  // Without values and rows; several statements, too.
  virtual void execute(const std::string& sql) = 0;

  virtual bool in_transaction() const noexcept = 0;
  virtual void commit() = 0;
  virtual void rollback() = 0;

  // Arguments: texts, integers, std::optional of either (empty is NULL), Bytes.
  template <class... Arguments>
  Cursor query(std::string_view sql, const Arguments&... arguments) {
    const std::array<Value, sizeof...(Arguments)> values{value_of(arguments)...};
    return query_values(sql, values);
  }
  template <class... Arguments>
  std::uint64_t run(std::string_view sql, const Arguments&... arguments) {
    const std::array<Value, sizeof...(Arguments)> values{value_of(arguments)...};
    return run_values(sql, values);
  }
};

}  // namespace waymark::tracker::sql
