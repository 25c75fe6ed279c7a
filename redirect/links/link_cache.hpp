// What one thread knows about links: found in no time, bounded in bytes, honest about its age. It
// never asks anybody: find() says whether the answer may be used, used while it is refreshed, or
// has to be waited for; the thread asks the LinkSource and stores what comes back.
//
// Age of an entry, from the last answer of Redis (hits extend nothing):
//
//   0 ........ 3/4 refresh ........ refresh ................ stale_max
//   |  fresh       |  use and refresh   |  wait; when Redis is     |  useless
//   |              |                    |  away: use and refresh   |
#pragma once

#include "redirect/links/absence_table.hpp"
#include "redirect/links/lookup.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace waymark::redirect {

struct CacheOptions {
  std::size_t bytes_max = 0;
  std::size_t absences_max = 0;
  std::uint64_t refresh_ms = 60'000;
  std::uint64_t stale_max_ms = 86'400'000;
  std::uint64_t unknown_ms = 10'000;  // how long an unknown code is remembered
  std::uint64_t seed = 0;             // secret: outsiders must not choose collisions
};

enum class Use : std::uint8_t {
  now,          // as it is
  and_refresh,  // as it is, and ask again behind the visitor's back
  wait,         // ask first; `link` may be served if that fails and it is not null
};

struct Found {
  Use use = Use::wait;
  const ResolvedLink* link = nullptr;  // null with `now`: the code is unknown
  Asking asking = Asking::unheard;     // for `and_refresh` and `wait`
};

class LinkCache {
 public:
  static constexpr std::uint64_t any_host = 0;

  explicit LinkCache(const CacheOptions& options);

  // `host` is a hash of the host's name under a secret seed, never any_host. With `redis_away` what
  // is older than `refresh` is used. The pointer is valid until the next store().
  Found find(std::uint64_t host, std::string_view code, std::uint64_t now_ms,
             bool redis_away) noexcept;

  // Whether the link that find() gives is the host's own, not the one for every domain.
  bool is_bound(std::uint64_t host, std::string_view code) noexcept {
    return find_slot(hash_of(host, code), host, code) != nullptr;
  }

  // Takes an answer of Redis; `result.status` must be `answered`.
  void store(std::uint64_t host, std::string_view code, const LookupResult& result,
             std::uint64_t now_ms);

  // Redis said that a record changed: the next visitor waits for the new one. Pass any_host for
  // records of every domain.
  void changed(std::uint64_t host, std::string_view code) noexcept;

  // Changes may have been missed: everything is refreshed when it is next used.
  void mark_all_due(std::uint64_t now_ms) noexcept { due_before_ms_ = now_ms; }

  std::size_t entries() const noexcept { return index_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::uint64_t evictions() const noexcept { return evictions_; }
  std::uint64_t absence_evictions() const noexcept { return absences_.evictions(); }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::shared_ptr<const ResolvedLink> link;  // null: free
    std::uint64_t fetched_ms = 0;
    std::uint64_t asked_ms = 0;
    std::uint64_t host = any_host;
    bool visited = false;
    bool changed = false;
    // Of a link for any host: that the host which asked first has none of its own. Kept here, as
    // there is mostly one; what is known of further hosts stands in the table of absences.
    Absence unbound;
  };

  std::uint64_t hash_of(std::uint64_t host, std::string_view code) const noexcept;
  Slot* find_slot(std::uint64_t hash, std::uint64_t host, std::string_view code) noexcept;
  Use use_of(std::uint64_t fetched_ms, std::uint64_t& asked_ms, bool changed, std::uint64_t now_ms,
             bool redis_away) const noexcept;
  Absence* find_unbound(Slot* any, std::uint64_t bound_hash) noexcept;
  Slot& put(std::uint64_t hash, std::uint64_t host, std::shared_ptr<const ResolvedLink> link,
            std::uint64_t fetched_ms);
  void drop(std::uint64_t hash);
  void remove(std::uint32_t slot);
  void make_room(std::size_t bytes);

  CacheOptions options_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> index_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  AbsenceTable absences_;
  std::size_t bytes_ = 0;
  std::size_t bound_ = 0;  // entries of one host
  std::size_t hand_ = 0;   // of the clock
  std::uint64_t evictions_ = 0;
  std::uint64_t due_before_ms_ = 0;
};

}  // namespace waymark::redirect
