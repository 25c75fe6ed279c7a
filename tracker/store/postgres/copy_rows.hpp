// Rows in the binary format of COPY: a header, for each row its number of columns and for each
// column length and bytes, numbers big endian; a trailer. Written once, never parsed as text.
#pragma once

#include "common/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker::postgres {

class CopyRows {
 public:
  CopyRows() { clear(); }

  void clear();  // keeps the memory
  void begin_row(std::int16_t columns);
  void add_null();
  void add_bigint(std::int64_t value);
  void add_smallint(std::int16_t value);
  // What is no UTF-8, or NUL, becomes U+FFFD.
  void add_text(std::string_view text);
  void add_optional_text(std::string_view text);  // NULL where it is empty
  void add_flag(bool flag);                       // smallint 1, or NULL
  void add_uuid(const Uuid& id);
  void add_uuid(const std::optional<Uuid>& id);

  // Everything, with the trailer; no row can follow.
  std::string_view finish();

 private:
  template <class Integer>
  void put(Integer value);

  std::string bytes_;
};

// A value for a parameter of type bytea[].
std::string bytea_array(const std::vector<std::string_view>& elements);

}  // namespace waymark::tracker::postgres
