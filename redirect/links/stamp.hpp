// What the cache notes about an entry beside its value, in eight bytes: a million entries are
// common, and every byte here is a megabyte of each thread.
#pragma once

#include <cstdint>

namespace waymark::redirect {

// Times are milliseconds of the steady clock. It starts with the machine, while what a snapshot
// brings is older than that: `fetched_ms` is counted from `origin_ms` before the clock's zero.
// 40 bits last for 17 years in each direction.
struct Stamp {
  static constexpr std::uint64_t origin_ms = 1ULL << 39U;

  std::uint64_t fetched_ms : 40 = 0;  // last answer of Redis
  std::uint64_t asked_ms : 19 = 0;    // last refresh that was started, modulo nine minutes
  std::uint64_t visited : 1 = 0;      // used since the hand of eviction last passed
  std::uint64_t changed : 1 = 0;      // Redis said that the record changed
  // Redis does not hold the record any more, the origin has been asked: good until it answers.
  std::uint64_t unconfirmed : 1 = 0;
  // A record of one host. Of an absence: that a host has none of its own, where there is a link.
  std::uint64_t bound : 1 = 0;
  std::uint64_t alias : 1 = 0;  // found under another code than its own

  // A time further back than clock and origin reach counts as the origin.
  static Stamp fetched(std::uint64_t now_ms, std::uint64_t age_ms) noexcept {
    Stamp stamp;
    const std::uint64_t now = now_ms + origin_ms;
    stamp.fetched_ms = (now - (age_ms < now ? age_ms : now)) & fetched_mask;
    stamp.set_asked(now_ms - ask_again_ms);
    return stamp;
  }
  std::uint64_t age_ms(std::uint64_t now_ms) const noexcept {
    const std::uint64_t now = now_ms + origin_ms;
    return now > fetched_ms ? now - fetched_ms : 0;
  }
  // Whether a refresh was started within the last second. True once in nine minutes without one,
  // which delays a refresh by a second.
  bool asked_lately(std::uint64_t now_ms) const noexcept {
    return ((now_ms - asked_ms) & asked_mask) < ask_again_ms;
  }
  void set_asked(std::uint64_t now_ms) noexcept { asked_ms = now_ms & asked_mask; }

 private:
  static constexpr std::uint64_t ask_again_ms = 1'000;
  static constexpr std::uint64_t fetched_mask = (1ULL << 40U) - 1;
  static constexpr std::uint64_t asked_mask = (1ULL << 19U) - 1;
};
static_assert(sizeof(Stamp) == 8);

}  // namespace waymark::redirect
