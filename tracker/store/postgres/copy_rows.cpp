#include "tracker/store/postgres/copy_rows.hpp"

#include "tracker/store/postgres/clean_text.hpp"

namespace waymark::tracker::postgres {

namespace {

template <class Integer>
void append(std::string& bytes, Integer value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<unsigned char>(value >> shift)));
  }
}

}  // namespace

template <class Integer>
void CopyRows::put(Integer value) {
  append(bytes_, value);
}

CopyRows::CopyRows(Connection& connection, const std::string& statement) : connection_(connection) {
  static constexpr std::string_view signature{"PGCOPY\n\377\r\n\0", 11};
  bytes_.reserve(2 * piece_bytes);
  bytes_ = signature;
  put(std::int32_t{0});  // flags
  put(std::int32_t{0});  // bytes of an extension of the header
  connection_.begin_copy(statement);
}

void CopyRows::begin_row(std::int16_t columns) {
  if (bytes_.size() >= piece_bytes) send();
  put(columns);
}

void CopyRows::add_null() {
  put(std::int32_t{-1});
}

void CopyRows::add_bigint(std::int64_t value) {
  put(std::int32_t{sizeof value});
  put(value);
}

void CopyRows::add_smallint(std::int16_t value) {
  put(std::int32_t{sizeof value});
  put(value);
}

void CopyRows::add_text(std::string_view text) {
  if (!is_clean(text)) {
    add_text(cleaned(text));
    return;
  }
  put(static_cast<std::int32_t>(text.size()));
  bytes_.append(text);
}

void CopyRows::add_optional_text(std::string_view text) {
  if (text.empty()) {
    add_null();
  } else {
    add_text(text);
  }
}

void CopyRows::add_flag(bool flag) {
  if (flag) {
    add_smallint(1);
  } else {
    add_null();
  }
}

void CopyRows::add_bytes(std::string_view bytes) {
  put(static_cast<std::int32_t>(bytes.size()));
  bytes_.append(bytes);
}

void CopyRows::add_uuid(const Uuid& id) {
  put(static_cast<std::int32_t>(id.bytes.size()));
  bytes_.append(id.bytes.begin(), id.bytes.end());
}

void CopyRows::add_uuid(const std::optional<Uuid>& id) {
  if (id) {
    add_uuid(*id);
  } else {
    add_null();
  }
}

void CopyRows::finish() {
  put(std::int16_t{-1});
  send();
  connection_.end_copy();
}

void CopyRows::send() {
  connection_.send_copy(bytes_);
  bytes_.clear();
}

std::string bytea_array(const std::vector<std::string_view>& elements) {
  constexpr std::int32_t bytea_type = 17;
  std::string bytes;
  append(bytes, std::int32_t{1});  // dimensions
  append(bytes, std::int32_t{0});  // no NULL among them
  append(bytes, bytea_type);
  append(bytes, static_cast<std::int32_t>(elements.size()));
  append(bytes, std::int32_t{1});  // index of the first
  for (const std::string_view element : elements) {
    append(bytes, static_cast<std::int32_t>(element.size()));
    bytes.append(element);
  }
  return bytes;
}

}  // namespace waymark::tracker::postgres
