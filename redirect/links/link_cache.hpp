// What one thread knows about links: found in no time, bounded in bytes, honest about its age. It
// never asks anybody: find() says whether the answer may be used, used while it is refreshed, or
// has to be waited for; the thread asks the LinkSource and stores what comes back.
//
// Age of an entry, from the last answer of Redis (hits extend nothing):
//
//   0 ........ 3/4 refresh ........ refresh ................ stale_max
//   |  fresh       |  use and refresh   |  wait; when Redis is     |  useless
//   |              |                    |  away, or has just come  |
//   |              |                    |  back: use and refresh   |
//
// So a link that is used at least once in each last quarter of `refresh`, by any thread, is never
// waited for. What is forgotten when the bytes are used up is SieveStore's business.
//
// Threads share the links and the budget: a link counts once, however many threads hold it, and
// each thread pays for its own entries. All of them are told the same answers, so each keeps to an
// equal share.
#pragma once

#include "redirect/links/absence_table.hpp"
#include "redirect/links/lookup.hpp"
#include "redirect/links/sieve_store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace waymark::redirect {

struct CacheOptions {
  std::size_t bytes_max = 0;  // of the caches of all threads together
  std::size_t threads = 1;
  // What the links in the caches of all threads take, each counted once. Caches that share links
  // share it.
  std::shared_ptr<std::atomic<std::size_t>> links_bytes =
      std::make_shared<std::atomic<std::size_t>>(0);
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
  std::uint64_t age_ms = 0;            // of the link
};

// As many links as find room when they are hardly more than a landing page.
std::size_t links_max(std::size_t bytes_max, std::size_t threads) noexcept;

class LinkCache {
 public:
  static constexpr std::uint64_t any_host = 0;

  explicit LinkCache(const CacheOptions& options);

  // `host` is a hash of the host's name under a secret seed, never any_host. With `redis_away` what
  // is older than `refresh` is used. The pointer is valid until the next store().
  Found find(std::uint64_t host, std::string_view code, std::uint64_t now_ms,
             bool redis_away) noexcept {
    return find_as(host, code, now_ms, redis_away, true);
  }

  // For a visitor who has waited: like find() while Redis is away. The entry came for this visit,
  // which is no sign yet that others will use it.
  Found find_awaited(std::uint64_t host, std::string_view code, std::uint64_t now_ms) noexcept {
    return find_as(host, code, now_ms, true, false);
  }

  // Whether the link that find() gives is the host's own, not the one for every domain.
  bool is_bound(std::uint64_t host, std::string_view code) noexcept {
    return find_slot(hash_of(host, code), code) != nullptr;
  }

  // Takes an answer of Redis; `result.status` must be `answered`.
  void store(std::uint64_t host, std::string_view code, const LookupResult& result,
             std::uint64_t now_ms);

  // Takes an answer from before the start, unless something is known of the code by now.
  void restore(std::uint64_t host, std::string_view code, const LookupResult& result,
               std::uint64_t now_ms);

  // Redis said that a record changed: the next visitor waits for the new one. Pass any_host for
  // records of every domain.
  void changed(std::uint64_t host, std::string_view code) noexcept;

  // Redis does not hold the records of a known code any more and the origin has been asked: what is
  // known is used until it answers, or says that there was a change.
  void unconfirmed(std::uint64_t host, std::string_view code) noexcept;

  // Redis answers again. What grew old while it was away is used for a moment more, while it is
  // refreshed: else all that is in use would wait at once.
  void redis_is_back(std::uint64_t now_ms) noexcept { back_ms_ = now_ms; }

  // Changes may have been missed: everything is refreshed when it is next used.
  void mark_all_due(std::uint64_t now_ms) noexcept { due_before_ms_ = now_ms + Stamp::origin_ms; }

  std::size_t entries() const noexcept { return links_.size(); }
  std::size_t bound_entries() const noexcept { return bound_; }
  std::size_t absences() const noexcept { return absences_.entries(); }
  // This thread's share of what the caches of all threads take: its entries, and an equal part of
  // the links.
  std::size_t bytes() const noexcept;
  std::uint64_t evictions() const noexcept { return evictions_; }
  std::uint64_t absence_evictions() const noexcept { return absences_.evictions(); }

 private:
  std::uint64_t hash_of(std::uint64_t host, std::string_view code) const noexcept;
  CacheSlot* find_slot(std::uint64_t hash, std::string_view code) noexcept;
  Use use_of(Stamp& stamp, bool changed, std::uint64_t now_ms, bool redis_away) const noexcept;
  Found find_as(std::uint64_t host, std::string_view code, std::uint64_t now_ms, bool redis_away,
                bool visited) noexcept;
  Found found(CacheSlot& slot, Use host_part, std::uint64_t now_ms, bool redis_away) noexcept;
  Absence* find_unbound(CacheSlot* any, std::uint64_t bound_hash) noexcept;
  CacheSlot& put(std::uint64_t hash, std::string_view code,
                 std::shared_ptr<const ResolvedLink> link, Stamp stamp);
  void hold(const ResolvedLink& link) noexcept;
  void let_go(const ResolvedLink& link) noexcept;
  void drop(std::uint64_t hash) noexcept;
  void remove(CacheSlot& slot) noexcept;
  void make_room(const CacheSlot& kept) noexcept;

  CacheOptions options_;
  SieveStore links_;
  AbsenceTable absences_;
  std::size_t bound_ = 0;  // entries of one host
  std::uint64_t evictions_ = 0;
  std::uint64_t due_before_ms_ = 0;  // on the clock of Stamp::fetched_ms
  std::uint64_t back_ms_ = 0;
};

}  // namespace waymark::redirect
