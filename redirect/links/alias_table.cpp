#include "redirect/links/alias_table.hpp"

#include <algorithm>

namespace waymark::redirect {
namespace {

std::string name_of(const LookupKey& key) {
  return key.host + '/' + key.code;
}

}  // namespace

bool AliasTable::learn(const LookupKey& target, const LookupKey& alias, Time now) {
  if (pairs_ >= pairs_max_) forget_before(now - life_);
  std::vector<Alias>& aliases = by_target_[name_of(target)];
  const auto known = std::ranges::find(aliases, alias, &Alias::key);
  if (known != aliases.end()) {
    known->seen = now;
    return true;
  }
  if (pairs_ >= pairs_max_) {
    if (aliases.empty()) by_target_.erase(name_of(target));
    return false;
  }
  aliases.push_back({alias, now});
  ++pairs_;
  return true;
}

std::vector<LookupKey> AliasTable::aliases_of(const LookupKey& target) const {
  std::vector<LookupKey> keys;
  const auto found = by_target_.find(name_of(target));
  if (found == by_target_.end()) return keys;
  for (const Alias& alias : found->second) keys.push_back(alias.key);
  return keys;
}

void AliasTable::forget_before(Time time) {
  for (auto at = by_target_.begin(); at != by_target_.end();) {
    pairs_ -= std::erase_if(at->second, [&](const Alias& alias) { return alias.seen < time; });
    at = at->second.empty() ? by_target_.erase(at) : std::next(at);
  }
}

}  // namespace waymark::redirect
