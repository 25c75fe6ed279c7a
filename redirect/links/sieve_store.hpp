// The entries of a LinkCache: found by hash, forgotten by SIEVE. Slots live in blocks that never
// move, and the index holds their numbers alone, so that an entry takes 56 bytes and its five to
// ten of the index, and growth copies no entries.
//
//   oldest <-> ... <-> hand <-> ... <-> newest      new entries come in at the right
//
// The hand goes from old to new. What was used since it last passed stays where it is; the first
// that was not is forgotten. Reaching the newest it begins again at the oldest. It looks at
// `looks_max` of them at most, and then takes what comes: where all were used of late, a visitor
// would wait for the whole round.
#pragma once

#include "redirect/links/absence_table.hpp"
#include "redirect/links/resolved_link.hpp"
#include "redirect/links/stamp.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace waymark::redirect {

struct CacheSlot {
  std::shared_ptr<const ResolvedLink> link;  // null: free
  std::uint64_t hash = 0;
  Stamp stamp;
  // Of a link for any host: that the host which asked first has none of its own. Kept here, as
  // there is mostly one; what is known of further hosts stands in the table of absences.
  Absence unbound;
  std::uint32_t newer = 0;  // of a free slot: the next free one
  std::uint32_t older = 0;
};
static_assert(sizeof(CacheSlot) == 56);

class SieveStore {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  // What an entry takes beside its link: the slot, and the index when it is half full.
  static constexpr std::size_t entry_bytes = sizeof(CacheSlot) + 10;

  static constexpr std::uint32_t looks_max = 4'096;

  // Room for so many is made at once: an index of half a million that grows holds its thread up
  // for a seventh of a second.
  explicit SieveStore(std::size_t entries_expected = 0);

  // Null when there is none. Valid until it is removed.
  CacheSlot* find(std::uint64_t hash) noexcept;
  // A new entry, the newest. There must be none of that hash.
  CacheSlot& add(std::uint64_t hash, std::shared_ptr<const ResolvedLink> link);
  void remove(CacheSlot& slot) noexcept;
  // The one to forget next, never `kept`; null when there is no other.
  CacheSlot* victim(const CacheSlot* kept) noexcept;

  std::size_t size() const noexcept { return index_->size(); }

 private:
  static constexpr std::size_t block_slots = 1'024;
  using Blocks = std::vector<std::unique_ptr<CacheSlot[]>>;
  static CacheSlot& at(Blocks& blocks, std::uint32_t place) noexcept {
    return blocks[place / block_slots][place % block_slots];
  }

  struct ByHash {
    std::uint64_t hash;
  };
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;  // hashes are as random as they need to be
    Blocks* blocks;
    std::size_t operator()(std::uint32_t place) const noexcept { return at(*blocks, place).hash; }
    std::size_t operator()(ByHash key) const noexcept { return key.hash; }
  };
  struct Equal {
    using is_transparent = void;
    Blocks* blocks;
    bool operator()(std::uint32_t a, std::uint32_t b) const noexcept { return a == b; }
    bool operator()(ByHash key, std::uint32_t place) const noexcept {
      return at(*blocks, place).hash == key.hash;
    }
    bool operator()(std::uint32_t place, ByHash key) const noexcept { return (*this)(key, place); }
  };
  using Index = boost::unordered_flat_set<std::uint32_t, Hash, Equal>;

  CacheSlot& slot(std::uint32_t place) noexcept { return at(*blocks_, place); }
  std::uint32_t newer(std::uint32_t place) noexcept;
  void grow();

  // Behind pointers: the index knows the address of the blocks, also when this is moved.
  std::unique_ptr<Blocks> blocks_;
  std::unique_ptr<Index> index_;
  std::uint32_t free_ = none;
  std::uint32_t newest_ = none;
  std::uint32_t oldest_ = none;
  std::uint32_t hand_ = none;
};

}  // namespace waymark::redirect
