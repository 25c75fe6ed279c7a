// Which codes that visitors asked for are aliases, and of what: a change of the target must reach
// them, too. Control thread.
#pragma once

#include "redirect/links/lookup.hpp"

#include <compare>
#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <vector>

namespace waymark::redirect {

class AliasTable {
 public:
  explicit AliasTable(std::size_t pairs_max) : pairs_max_(pairs_max) {}

  // The record of `alias` leads to that of `target`; hosts may be `*`. When there is no room, the
  // alias that was learnt longest ago is dropped and returned: it would not hear of changes, so
  // that it has to count as changed.
  std::optional<LookupKey> learn(const LookupKey& target, const LookupKey& alias);
  // Aliases of a record.
  std::vector<LookupKey> aliases_of(const LookupKey& target) const;

 private:
  struct Pair {
    LookupKey target, alias;
    friend auto operator<=>(const Pair&, const Pair&) = default;
  };
  using Order = std::list<const Pair*>;  // the one that was learnt last stands last

  std::size_t pairs_max_;
  Order order_;
  std::map<Pair, Order::iterator> pairs_;
};

}  // namespace waymark::redirect
