// Which codes that visitors asked for are aliases, and of what: a change of the target must reach
// them, too. Control thread.
#pragma once

#include "redirect/links/lookup.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waymark::redirect {

class AliasTable {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // An alias that was not looked up for `life` is forgotten when there is no room: its entries are
  // asked for again before they are used.
  AliasTable(std::size_t pairs_max, std::chrono::milliseconds life)
      : pairs_max_(pairs_max), life_(life) {}

  // The record of `alias` leads to that of `target`; hosts may be `*`. False when there is no room:
  // the alias would not hear of changes.
  bool learn(const LookupKey& target, const LookupKey& alias, Time now);
  // Aliases of a record.
  std::vector<LookupKey> aliases_of(const LookupKey& target) const;

  std::size_t size() const noexcept { return pairs_; }

 private:
  struct Alias {
    LookupKey key;
    Time seen;
  };
  void forget_before(Time time);

  std::size_t pairs_max_;
  std::chrono::milliseconds life_;
  std::unordered_map<std::string, std::vector<Alias>> by_target_;  // by "host/code"
  std::size_t pairs_ = 0;
};

}  // namespace waymark::redirect
