#include "redirect/links/sieve_store.hpp"

#include <utility>

namespace waymark::redirect {

SieveStore::SieveStore(std::size_t entries_expected)
    : blocks_(std::make_unique<Blocks>()),
      index_(std::make_unique<Index>(entries_expected, Hash{blocks_.get()}, Equal{blocks_.get()})) {
}

CacheSlot* SieveStore::find(std::uint64_t hash) noexcept {
  const auto found = index_->find(ByHash{hash});
  return found == index_->end() ? nullptr : &slot(*found);
}

CacheSlot& SieveStore::add(std::uint64_t hash, std::shared_ptr<const ResolvedLink> link) {
  if (free_ == none) grow();
  const std::uint32_t place = free_;
  CacheSlot& added = slot(place);
  free_ = added.newer;
  added.link = std::move(link);
  added.hash = hash;
  added.newer = none;
  added.older = newest_;
  (newest_ == none ? oldest_ : slot(newest_).newer) = place;
  newest_ = place;
  index_->insert(place);
  return added;
}

void SieveStore::remove(CacheSlot& removed) noexcept {
  const auto found = index_->find(ByHash{removed.hash});
  const std::uint32_t place = *found;
  index_->erase(found);
  if (hand_ == place) hand_ = removed.newer;
  (removed.newer == none ? newest_ : slot(removed.newer).older) = removed.older;
  (removed.older == none ? oldest_ : slot(removed.older).newer) = removed.newer;
  removed = CacheSlot{};
  removed.newer = free_;
  free_ = place;
}

CacheSlot* SieveStore::victim(const CacheSlot* kept) noexcept {
  if (size() == 0 || (size() == 1 && find(slot(newest_).hash) == kept)) return nullptr;
  if (hand_ == none) hand_ = oldest_;
  for (std::uint32_t looks = 1;; ++looks) {
    CacheSlot& candidate = slot(hand_);
    const bool goes = !candidate.stamp.visited || looks >= looks_max;
    if (goes && &candidate != kept) return &candidate;
    candidate.stamp.visited = false;
    hand_ = newer(hand_);
  }
}

std::uint32_t SieveStore::newer(std::uint32_t place) noexcept {
  const std::uint32_t next = slot(place).newer;
  return next == none ? oldest_ : next;
}

void SieveStore::grow() {
  const auto first = static_cast<std::uint32_t>(blocks_->size() * block_slots);
  blocks_->push_back(std::make_unique<CacheSlot[]>(block_slots));
  for (std::uint32_t i = block_slots; i > 0; --i) {
    slot(first + i - 1).newer = free_;
    free_ = first + i - 1;
  }
}

}  // namespace waymark::redirect
