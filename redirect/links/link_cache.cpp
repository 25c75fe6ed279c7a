#include "redirect/links/link_cache.hpp"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace waymark::redirect {
namespace {

// Long enough that what is used each second is asked for again, which happens once a second.
constexpr std::uint64_t after_return_ms = 2'500;

Use worse(Use a, Use b) noexcept {
  return std::max(a, b);
}

}  // namespace

std::size_t links_max(std::size_t bytes_max, std::size_t threads) noexcept {
  constexpr std::size_t small_link_bytes = 160;
  return bytes_max / (small_link_bytes + threads * SieveStore::entry_bytes);
}

LinkCache::LinkCache(const CacheOptions& options)
    : options_(options),
      links_(links_max(options.bytes_max, options.threads)),
      absences_(options.absences_max) {}

std::size_t LinkCache::bytes() const noexcept {
  return links_.size() * SieveStore::entry_bytes +
         options_.links_bytes->load(std::memory_order_relaxed) / options_.threads;
}

std::uint64_t LinkCache::hash_of(std::uint64_t host, std::string_view code) const noexcept {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  return XXH3_64bits_withSeed(code.data(), code.size(), options_.seed + host * odd) | 1U;
}

// An alias shows the code of its target: there the hash alone must do, as for absences.
CacheSlot* LinkCache::find_slot(std::uint64_t hash, std::string_view code) noexcept {
  CacheSlot* const slot = links_.find(hash);
  if (slot == nullptr) return nullptr;
  return slot->link->code() == code || slot->stamp.alias ? slot : nullptr;
}

Use LinkCache::use_of(Stamp& stamp, bool changed, std::uint64_t now_ms,
                      bool redis_away) const noexcept {
  const std::uint64_t age = stamp.age_ms(now_ms);
  const bool due = age >= options_.refresh_ms / 4 * 3 || stamp.fetched_ms <= due_before_ms_;
  if (!due && !changed) [[likely]]
    return Use::now;
  const bool may_wait = !redis_away && !stamp.unconfirmed;
  const bool just_back = back_ms_ != 0 && now_ms < back_ms_ + after_return_ms;
  if (may_wait && (changed || (age >= options_.refresh_ms && !just_back))) return Use::wait;
  if (stamp.asked_lately(now_ms)) return Use::now;
  stamp.set_asked(now_ms);
  return Use::and_refresh;
}

Found LinkCache::found(CacheSlot& slot, Use host_part, std::uint64_t now_ms,
                       bool redis_away) noexcept {
  const std::uint64_t age = slot.stamp.age_ms(now_ms);
  if (age > options_.stale_max_ms) return {Use::wait, nullptr, Asking::known_again, age};
  const bool changed =
      slot.stamp.changed || slot.link->campaign->outdated.load(std::memory_order_relaxed);
  const Use own = use_of(slot.stamp, changed, now_ms, redis_away);
  return {worse(own, host_part), slot.link.get(), Asking::known_again, age};
}

Found LinkCache::find_as(std::uint64_t host, std::string_view code, std::uint64_t now_ms,
                         bool redis_away, bool visited) noexcept {
  const std::uint64_t bound_hash = hash_of(host, code);
  if (bound_ > 0) {
    if (CacheSlot* slot = find_slot(bound_hash, code)) {
      if (visited) slot->stamp.visited = true;
      return found(*slot, Use::now, now_ms, redis_away);
    }
  }
  const std::uint64_t any_hash = hash_of(any_host, code);
  CacheSlot* const any = find_slot(any_hash, code);
  // Without the knowledge that this host has no record of its own the common one says nothing.
  Absence* const unbound = find_unbound(any, bound_hash);
  if (unbound == nullptr || unbound->stamp.age_ms(now_ms) > options_.stale_max_ms) {
    return {Use::wait, nullptr, any != nullptr ? Asking::other_host : Asking::unheard};
  }
  if (visited) unbound->stamp.visited = true;
  const Use host_part = use_of(unbound->stamp, unbound->stamp.changed, now_ms, redis_away);
  if (any != nullptr) {
    if (visited) any->stamp.visited = true;
    return found(*any, host_part, now_ms, redis_away);
  }

  Absence* const unknown = absences_.find(any_hash);
  if (unknown == nullptr || unknown->stamp.changed || host_part == Use::wait ||
      unknown->stamp.age_ms(now_ms) > options_.unknown_ms) {
    return {};
  }
  if (visited) unknown->stamp.visited = true;
  return {Use::now, nullptr, Asking::unheard};
}

Absence* LinkCache::find_unbound(CacheSlot* any, std::uint64_t bound_hash) noexcept {
  if (any != nullptr && any->unbound.hash == bound_hash) return &any->unbound;
  return absences_.find(bound_hash);
}

void LinkCache::store(std::uint64_t host, std::string_view code, const LookupResult& result,
                      std::uint64_t now_ms) {
  Stamp stamp = Stamp::fetched(now_ms, result.age_ms);
  stamp.changed = result.outdated;
  const std::uint64_t bound_hash = hash_of(host, code);
  const std::uint64_t any_hash = hash_of(any_host, code);
  Absence unbound{bound_hash, stamp};
  unbound.stamp.bound = result.any != nullptr;
  // What is used is asked for again within `refresh`.
  const std::uint64_t live_ms =
      stamp.fetched_ms - std::min(stamp.fetched_ms, 2 * options_.refresh_ms);
  const CacheSlot* const before = find_slot(any_hash, code);
  Absence first = before != nullptr ? before->unbound : Absence{};
  if (first.hash == 0 || first.hash == bound_hash) first = result.bound ? Absence{} : unbound;
  absences_.erase(bound_hash);
  absences_.erase(any_hash);
  if (result.bound) {
    Stamp bound = stamp;
    bound.bound = true;
    put(bound_hash, code, result.bound, bound);
  } else {
    drop(bound_hash);
  }
  if (result.any) {
    put(any_hash, code, result.any, stamp).unbound = first;
  } else {
    drop(any_hash);
    absences_.store({any_hash, stamp}, live_ms);
  }
  const bool kept_with_link = result.any && first.hash == bound_hash;
  if (!result.bound && !kept_with_link) absences_.store(unbound, live_ms, any_hash);
}

void LinkCache::restore(std::uint64_t host, std::string_view code, const LookupResult& result,
                        std::uint64_t now_ms) {
  const std::uint64_t bound_hash = hash_of(host, code);
  const std::uint64_t any_hash = hash_of(any_host, code);
  CacheSlot* const any = find_slot(any_hash, code);
  if (find_slot(bound_hash, code) != nullptr || find_unbound(any, bound_hash) != nullptr ||
      absences_.find(any_hash) != nullptr) {
    return;
  }
  LookupResult known = result;
  if (any != nullptr) known.any = any->link;
  const Stamp before = any != nullptr ? any->stamp : Stamp{};
  store(host, code, known, now_ms);
  CacheSlot* const after = any != nullptr ? find_slot(any_hash, code) : nullptr;
  if (after != nullptr) after->stamp = before;
}

void LinkCache::changed(std::uint64_t host, std::string_view code) noexcept {
  const auto mark = [](Stamp& stamp) {
    stamp.changed = true;
    stamp.unconfirmed = false;
  };
  const std::uint64_t hash = hash_of(host, code);
  if (CacheSlot* slot = find_slot(hash, code)) mark(slot->stamp);
  CacheSlot* const any = find_slot(hash_of(any_host, code), code);
  if (Absence* absence = find_unbound(any, hash)) mark(absence->stamp);
}

void LinkCache::unconfirmed(std::uint64_t host, std::string_view code) noexcept {
  const std::uint64_t bound_hash = hash_of(host, code);
  if (CacheSlot* slot = find_slot(bound_hash, code)) slot->stamp.unconfirmed = true;
  CacheSlot* const any = find_slot(hash_of(any_host, code), code);
  if (any != nullptr) any->stamp.unconfirmed = true;
  if (Absence* absence = find_unbound(any, bound_hash)) absence->stamp.unconfirmed = true;
}

// A new answer takes the place of the one before and keeps its standing.
CacheSlot& LinkCache::put(std::uint64_t hash, std::string_view code,
                          std::shared_ptr<const ResolvedLink> link, Stamp stamp) {
  stamp.alias = link->code() != code;
  hold(*link);
  CacheSlot* slot = links_.find(hash);
  if (slot != nullptr) {
    stamp.visited = slot->stamp.visited;
    if (slot->stamp.bound) --bound_;
    let_go(*slot->link);
    slot->link = std::move(link);
  } else {
    slot = &links_.add(hash, std::move(link));
  }
  slot->stamp = stamp;
  if (stamp.bound) ++bound_;
  make_room(*slot);
  return *slot;
}

void LinkCache::hold(const ResolvedLink& link) noexcept {
  if (link.hold()) options_.links_bytes->fetch_add(link.bytes(), std::memory_order_relaxed);
}

void LinkCache::let_go(const ResolvedLink& link) noexcept {
  if (link.let_go()) options_.links_bytes->fetch_sub(link.bytes(), std::memory_order_relaxed);
}

void LinkCache::drop(std::uint64_t hash) noexcept {
  if (CacheSlot* slot = links_.find(hash)) remove(*slot);
}

void LinkCache::remove(CacheSlot& slot) noexcept {
  if (slot.stamp.bound) --bound_;
  let_go(*slot.link);
  links_.remove(slot);
}

// A link that others still hold is not freed yet: its entry is.
void LinkCache::make_room(const CacheSlot& kept) noexcept {
  while (bytes() > options_.bytes_max / options_.threads) {
    CacheSlot* const victim = links_.victim(&kept);
    if (victim == nullptr) return;
    remove(*victim);
    ++evictions_;
  }
}

}  // namespace waymark::redirect
