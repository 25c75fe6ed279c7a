// What the store has of a code that an edge wants: every record that the answer to a visitor needs,
// and which of them do not exist.
#pragma once

#include "common/error.hpp"
#include "common/records.hpp"
#include "tracker/store/store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

struct Want {
  std::string host;
  std::string code;  // empty: the record of the host alone
  friend bool operator==(const Want&, const Want&) = default;
};
// `<host>/<code>`; nothing when it is neither.
std::optional<Want> parse_want(std::string_view text);

struct WantedRecord {
  std::string key;      // in Redis
  RecordFields fields;  // empty: the store has none
};

// Each key once. Fails when the store does; a record that is not there is no failure.
Result<std::vector<WantedRecord>> wanted_records(Store& store, const std::vector<Want>& wants);

}  // namespace waymark::tracker
