#include "redirect/links/alias_table.hpp"

namespace waymark::redirect {

std::optional<LookupKey> AliasTable::learn(const LookupKey& target, const LookupKey& alias) {
  const auto [at, is_new] = pairs_.try_emplace({target, alias});
  if (!is_new) {
    order_.splice(order_.end(), order_, at->second);
    return {};
  }
  at->second = order_.insert(order_.end(), &at->first);
  if (pairs_.size() <= pairs_max_) return {};
  LookupKey dropped = order_.front()->alias;
  pairs_.erase(pairs_.find(*order_.front()));
  order_.pop_front();
  return dropped;
}

std::vector<LookupKey> AliasTable::aliases_of(const LookupKey& target) const {
  std::vector<LookupKey> keys;
  for (auto at = pairs_.lower_bound({target, {}}); at != pairs_.end(); ++at) {
    if (at->first.target != target) break;
    keys.push_back(at->first.alias);
  }
  return keys;
}

}  // namespace waymark::redirect
