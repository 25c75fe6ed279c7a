// Rows in the binary format of COPY: a header, for each row its number of columns and for each
// column length and bytes, numbers big endian; a trailer. Written once, never parsed as text. Sent
// while they are made, so that the server works beside.
#pragma once

#include "common/uuid.hpp"
#include "tracker/store/postgres/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker::postgres {

class CopyRows {
 public:
  // Starts `statement` (COPY ... FROM STDIN BINARY) on `connection`, which must outlive this and
  // is not to be asked anything else until finish() has returned. Throws PostgresError.
  CopyRows(Connection& connection, const std::string& statement);

  void begin_row(std::int16_t columns);
  void add_null();
  void add_bigint(std::int64_t value);
  void add_smallint(std::int16_t value);
  // What is no UTF-8, or NUL, becomes U+FFFD.
  void add_text(std::string_view text);
  void add_optional_text(std::string_view text);  // NULL where it is empty
  void add_flag(bool flag);                       // smallint 1, or NULL
  void add_bytes(std::string_view bytes);
  void add_uuid(const Uuid& id);
  void add_uuid(const std::optional<Uuid>& id);

  // Sends the rest; no row can follow. Throws when the server refuses a row.
  void finish();

 private:
  // While they are that few, they are at hand in the processor's cache when they are sent.
  static constexpr std::size_t piece_bytes = 64 * 1024;

  template <class Integer>
  void put(Integer value);
  void send();

  Connection& connection_;
  std::string bytes_;  // not sent yet
};

// A value for a parameter of type bytea[].
std::string bytea_array(const std::vector<std::string_view>& elements);

}  // namespace waymark::tracker::postgres
