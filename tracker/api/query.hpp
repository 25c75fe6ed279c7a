// Reads the parameters of a query string, strictly: each is taken by name, what is left over is
// unknown, twice or empty is an error. Also the paging of lists, the same everywhere.
#pragma once

#include "tracker/api/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker {

// Which part of a list is asked for. Lists run from the newest to the oldest; at most one cursor.
struct Paging {
  std::size_t limit = 20;  // 1 to 100
  std::string starting_after;
  std::string ending_before;
};

class Query {
 public:
  explicit Query(std::string_view query);

  std::optional<std::string> text(std::string_view name);
  // One of `choices`.
  std::optional<std::string> choice(std::string_view name,
                                    std::span<const std::string_view> choices);
  std::optional<bool> flag(std::string_view name);              // true or false
  std::optional<std::uint64_t> time_ms(std::string_view name);  // unix milliseconds
  // A whole number in decimal digits.
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t min, std::uint64_t max);
  Paging paging();

  // Nothing when every parameter was taken once and none had a problem.
  std::optional<Problem> finish() const;

 private:
  void note(std::string_view name, std::string detail);

  std::vector<std::pair<std::string, std::string>> rest_;
  std::optional<Problem> problem_;  // the first
};

}  // namespace waymark::tracker
