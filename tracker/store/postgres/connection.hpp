// A connection to PostgreSQL (libpq) and its prepared statements. A lost connection is made again
// when the next transaction or single statement begins, never inside a transaction.
//
// Texts are sent as UTF-8 without NUL, which PostgreSQL refuses: what is neither is replaced by
// U+FFFD. Bytes are sent as they are.
#pragma once

#include "tracker/store/postgres/error.hpp"
#include "tracker/store/sql/database.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waymark::tracker::postgres {

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, ClearResult>;

class Connection final : public sql::Database {
 public:
  // Connects; throws PostgresError. `session`: statements for each new connection.
  Connection(std::string url, std::string session);

  // Also runs `statements` on each connection from now on, beginning with this one.
  void add_session(std::string_view statements);

  sql::Cursor query_values(std::string_view sql, std::span<const sql::Value> values) override;
  std::uint64_t run_values(std::string_view sql, std::span<const sql::Value> values) override;
  void execute(const std::string& sql) override;

  // `how`: a BEGIN statement.
  void begin(const std::string& how);
  bool in_transaction() const noexcept override { return in_transaction_; }
  void commit() override;
  void rollback() override;

  // The rows' columns come in binary format.
  ResultPointer query_binary(std::string_view sql, std::span<const sql::Value> values);
  // `statement`: COPY ... FROM STDIN BINARY. `rows` as CopyRows makes them, in pieces of any size:
  // the server works on the first while the next one is made. In a transaction only; nothing else
  // may be asked in between. What the server refuses throws at the end.
  void begin_copy(const std::string& statement);
  void send_copy(std::string_view rows);
  void end_copy();

  int server_version() const noexcept { return PQserverVersion(handle_.get()); }

 private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  enum class Format { text = 0, binary = 1 };

  void connect();
  void connect_when_lost();
  const std::string& prepared(std::string_view sql);
  ResultPointer run_prepared(std::string_view sql, std::span<const sql::Value> values,
                             Format format);
  ResultPointer checked(PGresult* result);
  [[noreturn]] void fail(const PGresult* result);

  std::string url_;
  std::string session_;
  std::unique_ptr<PGconn, Finish> handle_;
  std::unordered_map<std::string, std::string> statements_;  // name by text
  bool in_transaction_ = false;
  std::chrono::steady_clock::time_point failed_at_{};  // of the last attempt to connect
};

}  // namespace waymark::tracker::postgres
