#include "tracker/store/postgres/connection.hpp"

#include "tracker/store/postgres/clean_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace waymark::tracker::postgres {

namespace {

constexpr Oid bytea_type = 17;

// After a failed attempt the next ones fail at once for so long: callers wait for one, not for all.
constexpr std::chrono::seconds connect_pause{1};

// `?` and `?3` as `$1` and `$3`. No statement of ours holds a question mark in a text.
std::string with_numbered_parameters(std::string_view sql) {
  std::string out;
  int next = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] != '?') {
      out.push_back(sql[i]);
      continue;
    }
    out.push_back('$');
    const bool has_number = i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9';
    if (!has_number) out += std::to_string(++next);
  }
  return out;
}

// Values in the form that libpq takes: texts with a final NUL.
struct Parameters {
  explicit Parameters(std::span<const sql::Value> values) {
    texts.reserve(values.size());  // pointers into it stay valid
    for (const sql::Value& value : values) add(value);
  }
  void add(const sql::Value& value) {
    int format = 0;
    std::size_t size = 0;
    const char* pointer = nullptr;
    if (const auto* bytes = std::get_if<sql::Bytes>(&value)) {
      format = 1;
      size = bytes->view.size();
      pointer = bytes->view.empty() ? "" : bytes->view.data();
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      pointer = texts.emplace_back(std::to_string(*number)).c_str();
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      pointer = texts.emplace_back(is_clean(*text) ? std::string{*text} : cleaned(*text)).c_str();
    }
    pointers.push_back(pointer);
    sizes.push_back(static_cast<int>(size));
    formats.push_back(format);
  }
  int count() const { return static_cast<int>(pointers.size()); }

  std::vector<std::string> texts;
  std::vector<const char*> pointers;
  std::vector<int> sizes, formats;
};

class ResultRows final : public sql::Rows {
 public:
  explicit ResultRows(ResultPointer result) : result_(std::move(result)) {}

  bool next() override { return ++row_ < PQntuples(result_.get()); }
  bool is_null(int column) const override { return PQgetisnull(result_.get(), row_, column) == 1; }
  std::int64_t integer(int column) const override {
    const std::string_view text = raw(column);
    if (text == "t") return 1;  // a condition
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  std::string_view text(int column) const override {
    if (PQftype(result_.get(), column) != bytea_type) return raw(column);
    const std::unique_ptr<unsigned char, decltype(&PQfreemem)> bytes{
        PQunescapeBytea(
            reinterpret_cast<const unsigned char*>(PQgetvalue(result_.get(), row_, column)),
            &unescaped_size_),
        &PQfreemem};
    unescaped_.assign(reinterpret_cast<const char*>(bytes.get()), unescaped_size_);
    return unescaped_;
  }

 private:
  std::string_view raw(int column) const {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }

  ResultPointer result_;
  int row_ = -1;
  mutable std::string unescaped_;
  mutable std::size_t unescaped_size_ = 0;
};

}  // namespace

Connection::Connection(std::string url, std::string session)
    : url_(std::move(url)), session_(std::move(session)) {
  connect();
}

void Connection::add_session(std::string_view statements) {
  session_ += statements;
  execute(std::string{statements});
}

void Connection::connect() {
  // Those before dbname are defaults that the URL may replace. A server that has vanished without a
  // word is noticed within half a minute.
  constexpr std::array keywords{
      "connect_timeout",  "keepalives_idle",  "keepalives_interval",
      "keepalives_count", "tcp_user_timeout", "application_name",
      "dbname",           "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array values{"5",          "10",    "5",
                          "3",          "20000", "waymark-tracker",
                          url_.c_str(), "UTF8",  static_cast<const char*>(nullptr)};
  statements_.clear();
  handle_.reset(PQconnectdbParams(keywords.data(), values.data(), 1));
  if (PQstatus(handle_.get()) != CONNECTION_OK) {
    failed_at_ = std::chrono::steady_clock::now();
    throw PostgresError{{}, PQerrorMessage(handle_.get())};
  }
  PQsetNoticeProcessor(
      handle_.get(), [](void*, const char*) {}, nullptr);
  if (!session_.empty()) checked(PQexec(handle_.get(), session_.c_str()));
}

void Connection::connect_when_lost() {
  if (in_transaction_ || PQstatus(handle_.get()) == CONNECTION_OK) return;
  if (std::chrono::steady_clock::now() - failed_at_ < connect_pause) {
    throw PostgresError{{}, "not connected"};
  }
  connect();
}

void Connection::fail(const PGresult* result) {
  const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const char* text = result != nullptr ? PQresultErrorMessage(result) : nullptr;
  throw PostgresError{state != nullptr ? state : "",
                      text != nullptr && *text != '\0' ? text : PQerrorMessage(handle_.get())};
}

ResultPointer Connection::checked(PGresult* raw) {
  ResultPointer result{raw};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) {
    fail(result.get());
  }
  return result;
}

const std::string& Connection::prepared(std::string_view sql) {
  const auto [entry, is_new] = statements_.try_emplace(std::string{sql});
  if (!is_new) return entry->second;
  const std::string name = fmt::format("s{}", statements_.size());
  const std::string text = with_numbered_parameters(sql);
  try {
    checked(PQprepare(handle_.get(), name.c_str(), text.c_str(), 0, nullptr));
  } catch (const PostgresError&) {
    statements_.erase(entry);
    throw;
  }
  return entry->second = name;
}

ResultPointer Connection::run_prepared(std::string_view sql, std::span<const sql::Value> values,
                                       Format format) {
  connect_when_lost();
  const Parameters parameters{values};
  return checked(PQexecPrepared(handle_.get(), prepared(sql).c_str(), parameters.count(),
                                parameters.pointers.data(), parameters.sizes.data(),
                                parameters.formats.data(), static_cast<int>(format)));
}

sql::Cursor Connection::query_values(std::string_view sql, std::span<const sql::Value> values) {
  return sql::Cursor{std::make_unique<ResultRows>(run_prepared(sql, values, Format::text))};
}

std::uint64_t Connection::run_values(std::string_view sql, std::span<const sql::Value> values) {
  const ResultPointer result = run_prepared(sql, values, Format::text);
  const std::string_view changed = PQcmdTuples(result.get());
  std::uint64_t rows = 0;
  std::from_chars(changed.data(), changed.data() + changed.size(), rows);
  return rows;
}

ResultPointer Connection::query_binary(std::string_view sql, std::span<const sql::Value> values) {
  return run_prepared(sql, values, Format::binary);
}

void Connection::execute(const std::string& sql) {
  connect_when_lost();
  checked(PQexec(handle_.get(), sql.c_str()));
}

void Connection::begin(const std::string& how) {
  execute(how);
  in_transaction_ = true;
}

void Connection::commit() {
  // Of a transaction in which a statement has failed COMMIT makes a ROLLBACK without an error.
  const ResultPointer result = checked(PQexec(handle_.get(), "COMMIT"));
  in_transaction_ = false;
  if (std::string_view{PQcmdStatus(result.get())} != "COMMIT") {
    throw PostgresError{"25P02", "a statement had failed: nothing was committed"};
  }
}

void Connection::rollback() {
  in_transaction_ = false;
  // With the connection the transaction has ended, too.
  if (PQstatus(handle_.get()) == CONNECTION_OK) checked(PQexec(handle_.get(), "ROLLBACK"));
}

void Connection::begin_copy(const std::string& statement) {
  checked(PQexec(handle_.get(), statement.c_str()));
}

void Connection::send_copy(std::string_view rows) {
  if (PQputCopyData(handle_.get(), rows.data(), static_cast<int>(rows.size())) != 1) fail(nullptr);
}

void Connection::end_copy() {
  if (PQputCopyEnd(handle_.get(), nullptr) != 1) fail(nullptr);
  const ResultPointer result = checked(PQgetResult(handle_.get()));
  while (ResultPointer{PQgetResult(handle_.get())}) {
  }
}

}  // namespace waymark::tracker::postgres
