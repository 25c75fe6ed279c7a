#include "redirect/links/link_cache.hpp"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace waymark::redirect {
namespace {

constexpr std::uint64_t ask_again_ms = 1'000;  // between two refreshes of one entry

std::size_t cost(const ResolvedLink& link) noexcept {
  constexpr std::size_t slot_and_index = 96;
  return link.bytes() + slot_and_index;
}

Use worse(Use a, Use b) noexcept {
  return std::max(a, b);
}

}  // namespace

LinkCache::LinkCache(const CacheOptions& options)
    : options_(options), absences_(options.absences_max) {}

std::uint64_t LinkCache::hash_of(std::uint32_t host, std::string_view code) const noexcept {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  return XXH3_64bits_withSeed(code.data(), code.size(), options_.seed + host * odd) | 1U;
}

LinkCache::Slot* LinkCache::find_slot(std::uint64_t hash, std::uint32_t host,
                                      std::string_view code) noexcept {
  const auto at = index_.find(hash);
  if (at == index_.end()) return nullptr;
  Slot& slot = slots_[at->second];
  return slot.host == host && slot.link->code == code ? &slot : nullptr;
}

Use LinkCache::use_of(std::uint64_t fetched_ms, std::uint64_t& asked_ms, bool changed,
                      std::uint64_t now_ms, bool redis_away) const noexcept {
  const std::uint64_t age = now_ms > fetched_ms ? now_ms - fetched_ms : 0;
  const bool due = age >= options_.refresh_ms / 4 * 3 || fetched_ms < due_before_ms_;
  if (!due && !changed) [[likely]]
    return Use::now;
  if ((changed || age >= options_.refresh_ms) && !redis_away) return Use::wait;
  if (now_ms < asked_ms + ask_again_ms) return Use::now;
  asked_ms = now_ms;
  return Use::and_refresh;
}

Found LinkCache::find(std::uint32_t host, std::string_view code, std::uint64_t now_ms,
                      bool redis_away) noexcept {
  const auto found = [&](Slot& slot, Use host_part) -> Found {
    slot.visited = true;
    if (now_ms > slot.fetched_ms + options_.stale_max_ms) return {};
    const bool is_changed =
        slot.changed || slot.link->campaign->outdated.load(std::memory_order_relaxed);
    const Use own = use_of(slot.fetched_ms, slot.asked_ms, is_changed, now_ms, redis_away);
    return {worse(own, host_part), slot.link.get()};
  };
  const std::uint64_t bound_hash = hash_of(host, code);
  if (bound_ > 0) {
    if (Slot* slot = find_slot(bound_hash, host, code)) return found(*slot, Use::now);
  }
  // Without the knowledge that this host has no record of its own the common one says nothing.
  Absence* const unbound = absences_.find(bound_hash);
  if (unbound == nullptr || now_ms > unbound->fetched_ms + options_.stale_max_ms) return {};
  const Use host_part =
      use_of(unbound->fetched_ms, unbound->asked_ms, unbound->changed, now_ms, redis_away);

  const std::uint64_t any_hash = hash_of(any_host, code);
  if (Slot* slot = find_slot(any_hash, any_host, code)) return found(*slot, host_part);
  const Absence* const unknown = absences_.find(any_hash);
  if (unknown == nullptr || unknown->changed || host_part == Use::wait ||
      now_ms > unknown->fetched_ms + options_.unknown_ms) {
    return {};
  }
  return {Use::now, nullptr};
}

void LinkCache::store(std::uint32_t host, std::string_view code, const LookupResult& result,
                      std::uint64_t now_ms) {
  const auto store_one = [&](std::uint32_t of, const std::shared_ptr<const ResolvedLink>& link) {
    const std::uint64_t hash = hash_of(of, code);
    if (const auto at = index_.find(hash); at != index_.end()) remove(at->second);
    if (link) {
      absences_.erase(hash);
      put(of, link, now_ms);
    } else {
      absences_.store(hash, now_ms);
    }
  };
  store_one(host, result.bound);
  store_one(any_host, result.any);
}

void LinkCache::changed(std::uint32_t host, std::string_view code) noexcept {
  const std::uint64_t hash = hash_of(host, code);
  if (Slot* slot = find_slot(hash, host, code)) slot->changed = true;
  if (Absence* absence = absences_.find(hash)) absence->changed = true;
}

void LinkCache::put(std::uint32_t host, std::shared_ptr<const ResolvedLink> link,
                    std::uint64_t now_ms) {
  const std::size_t bytes = cost(*link);
  make_room(bytes);
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  const std::uint64_t hash = hash_of(host, link->code);
  slots_[place] = Slot{hash, std::move(link), now_ms, 0, host, false, false};
  index_[hash] = place;
  bytes_ += bytes;
  if (host != any_host) ++bound_;
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
