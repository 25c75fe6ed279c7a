#include "redirect/links/link_cache.hpp"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace waymark::redirect {
namespace {

constexpr std::uint64_t ask_again_ms = 1'000;  // between two refreshes of one entry

std::size_t cost(const ResolvedLink& link) noexcept {
  constexpr std::size_t slot_and_index = 128;
  return link.bytes() + slot_and_index;
}

Use worse(Use a, Use b) noexcept {
  return std::max(a, b);
}

}  // namespace

LinkCache::LinkCache(const CacheOptions& options)
    : options_(options), absences_(options.absences_max) {}

std::uint64_t LinkCache::hash_of(std::uint64_t host, std::string_view code) const noexcept {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  return XXH3_64bits_withSeed(code.data(), code.size(), options_.seed + host * odd) | 1U;
}

LinkCache::Slot* LinkCache::find_slot(std::uint64_t hash, std::uint64_t host,
                                      std::string_view code) noexcept {
  const auto at = index_.find(hash);
  if (at == index_.end()) return nullptr;
  Slot& slot = slots_[at->second];
  return slot.host == host && slot.link->code() == code ? &slot : nullptr;
}

Use LinkCache::use_of(std::uint64_t fetched_ms, std::uint64_t& asked_ms, bool changed,
                      std::uint64_t now_ms, bool redis_away) const noexcept {
  const std::uint64_t age = now_ms > fetched_ms ? now_ms - fetched_ms : 0;
  const bool due = age >= options_.refresh_ms / 4 * 3 || fetched_ms <= due_before_ms_;
  if (!due && !changed) [[likely]]
    return Use::now;
  if ((changed || age >= options_.refresh_ms) && !redis_away) return Use::wait;
  if (now_ms < asked_ms + ask_again_ms) return Use::now;
  asked_ms = now_ms;
  return Use::and_refresh;
}

Found LinkCache::find(std::uint64_t host, std::string_view code, std::uint64_t now_ms,
                      bool redis_away) noexcept {
  const auto found = [&](Slot& slot, Use host_part) -> Found {
    slot.visited = true;
    if (now_ms > slot.fetched_ms + options_.stale_max_ms) {
      return {Use::wait, nullptr, Asking::known_again};
    }
    const bool is_changed =
        slot.changed || slot.link->campaign->outdated.load(std::memory_order_relaxed);
    const Use own = use_of(slot.fetched_ms, slot.asked_ms, is_changed, now_ms, redis_away);
    return {worse(own, host_part), slot.link.get(), Asking::known_again};
  };
  const std::uint64_t bound_hash = hash_of(host, code);
  if (bound_ > 0) {
    if (Slot* slot = find_slot(bound_hash, host, code)) return found(*slot, Use::now);
  }
  const std::uint64_t any_hash = hash_of(any_host, code);
  Slot* const any = find_slot(any_hash, any_host, code);
  // Without the knowledge that this host has no record of its own the common one says nothing.
  Absence* const unbound = find_unbound(any, bound_hash);
  if (unbound == nullptr || now_ms > unbound->fetched_ms + options_.stale_max_ms) {
    return {Use::wait, nullptr, any != nullptr ? Asking::other_host : Asking::unheard};
  }
  const Use host_part =
      use_of(unbound->fetched_ms, unbound->asked_ms, unbound->changed, now_ms, redis_away);
  if (any != nullptr) return found(*any, host_part);

  const Absence* const unknown = absences_.find(any_hash);
  if (unknown == nullptr || unknown->changed || host_part == Use::wait ||
      now_ms > unknown->fetched_ms + options_.unknown_ms) {
    return {};
  }
  return {Use::now, nullptr, Asking::unheard};
}

Absence* LinkCache::find_unbound(Slot* any, std::uint64_t bound_hash) noexcept {
  if (any != nullptr && any->unbound.hash == bound_hash) return &any->unbound;
  return absences_.find(bound_hash);
}

void LinkCache::store(std::uint64_t host, std::string_view code, const LookupResult& result,
                      std::uint64_t now_ms) {
  const std::uint64_t fetched_ms = now_ms - std::min(now_ms, result.age_ms);
  const std::uint64_t bound_hash = hash_of(host, code);
  const std::uint64_t any_hash = hash_of(any_host, code);
  const Absence unbound{bound_hash, fetched_ms, 0, result.outdated};
  const Slot* const before = find_slot(any_hash, any_host, code);
  Absence first = before != nullptr ? before->unbound : Absence{};
  if (first.hash == 0 || first.hash == bound_hash) first = result.bound ? Absence{} : unbound;
  drop(bound_hash);
  drop(any_hash);
  if (result.bound) {
    put(bound_hash, host, result.bound, fetched_ms).changed = result.outdated;
  }
  if (result.any) {
    Slot& slot = put(any_hash, any_host, result.any, fetched_ms);
    slot.unbound = first;
    slot.changed = result.outdated;
  } else {
    absences_.store({any_hash, fetched_ms, 0, result.outdated});
  }
  const bool kept_with_link = result.any && first.hash == bound_hash;
  if (!result.bound && !kept_with_link) absences_.store(unbound);
}

void LinkCache::changed(std::uint64_t host, std::string_view code) noexcept {
  const std::uint64_t hash = hash_of(host, code);
  if (Slot* slot = find_slot(hash, host, code)) slot->changed = true;
  Slot* const any = find_slot(hash_of(any_host, code), any_host, code);
  if (Absence* absence = find_unbound(any, hash)) absence->changed = true;
}

LinkCache::Slot& LinkCache::put(std::uint64_t hash, std::uint64_t host,
                                std::shared_ptr<const ResolvedLink> link,
                                std::uint64_t fetched_ms) {
  const std::size_t bytes = cost(*link);
  make_room(bytes);
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  slots_[place] = Slot{hash, std::move(link), fetched_ms, 0, host, false, false, {}};
  index_[hash] = place;
  bytes_ += bytes;
  if (host != any_host) ++bound_;
  return slots_[place];
}

// Forgets whatever is known under the hash.
void LinkCache::drop(std::uint64_t hash) {
  if (const auto at = index_.find(hash); at != index_.end()) remove(at->second);
  absences_.erase(hash);
}

void LinkCache::remove(std::uint32_t place) {
  Slot& slot = slots_[place];
  index_.erase(slot.hash);
  bytes_ -= cost(*slot.link);
  if (slot.host != any_host) --bound_;
  slot = Slot{};
  free_.push_back(place);
}

// CLOCK: an entry used since the hand last passed gets a second chance.
void LinkCache::make_room(std::size_t bytes) {
  while (bytes_ + bytes > options_.bytes_max && !index_.empty()) {
    hand_ = (hand_ + 1) % slots_.size();
    Slot& slot = slots_[hand_];
    if (!slot.link) continue;
    if (std::exchange(slot.visited, false)) continue;
    remove(static_cast<std::uint32_t>(hand_));
    ++evictions_;
  }
}

}  // namespace waymark::redirect
