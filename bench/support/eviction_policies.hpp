// What a cache forgets when it is full: three policies on keys alone, all entries of one size, so
// that they can be compared on a trace. `entry_bytes` is what a policy itself needs for each entry.
// The LinkCache has the one that was taken; the others stand here so that the choice can be checked
// again.
//
// Each policy has `bool touch(key)`: true when the key was there, else it is there from now on.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <utility>
#include <vector>

namespace waymark::bench {

using Key = std::uint64_t;

// A ring and a hand: what was used since the hand last passed stays for another round.
class Clock {
 public:
  static constexpr const char* name = "CLOCK";
  static constexpr double entry_bytes = 0;  // the ring is the place of the entries
  explicit Clock(std::size_t capacity) : ring_(capacity) {}

  bool touch(Key key) {
    if (const auto at = index_.find(key); at != index_.end()) {
      ring_[at->second].visited = true;
      return true;
    }
    if (index_.size() == ring_.size()) {
      while (std::exchange(ring_[hand_].visited, false)) hand_ = (hand_ + 1) % ring_.size();
      index_.erase(ring_[hand_].key);
    }
    ring_[hand_] = {key, false};
    index_[key] = hand_;
    hand_ = (hand_ + 1) % ring_.size();
    return false;
  }

 private:
  struct Entry {
    Key key = 0;
    bool visited = false;
  };
  std::vector<Entry> ring_;
  boost::unordered_flat_map<Key, std::size_t> index_;
  std::size_t hand_ = 0;
};

// SIEVE (Zhang and others, NSDI 2024): a queue whose hand goes from old to new and leaves in place
// what was used; new entries come in at the head, far from those that have proven themselves.
class Sieve {
 public:
  static constexpr const char* name = "SIEVE";
  static constexpr double entry_bytes = 8;  // two neighbours of four bytes
  explicit Sieve(std::size_t capacity) : capacity_(capacity) {}

  bool touch(Key key) {
    if (const auto at = index_.find(key); at != index_.end()) {
      at->second->visited = true;
      return true;
    }
    if (index_.size() == capacity_) evict();
    queue_.push_front({key, false});
    index_[key] = queue_.begin();
    return false;
  }

 private:
  struct Entry {
    Key key;
    bool visited;
  };
  void evict() {
    if (hand_ == queue_.end()) --hand_;
    while (std::exchange(hand_->visited, false)) hand_ = newer_round(hand_);
    const auto victim = hand_;
    hand_ = victim == queue_.begin() ? queue_.end() : std::prev(victim);
    index_.erase(victim->key);
    queue_.erase(victim);
  }
  std::list<Entry>::iterator newer_round(std::list<Entry>::iterator at) {
    return std::prev(at == queue_.begin() ? queue_.end() : at);
  }

  std::size_t capacity_;
  std::list<Entry> queue_;                          // newest first
  std::list<Entry>::iterator hand_ = queue_.end();  // end: the next round begins at the oldest
  boost::unordered_flat_map<Key, std::list<Entry>::iterator> index_;
};

// S3-FIFO (Yang and others, SOSP 2023): a small queue on trial, a main queue with a count of uses
// up to three, and the keys alone of what lately left the trial: who comes back goes to main.
class S3Fifo {
 public:
  static constexpr const char* name = "S3-FIFO";
  // A place in a queue, and 0.9 ghosts in queue and set (hashes of eight bytes, two thirds full).
  static constexpr double entry_bytes = 4 + 0.9 * (8 + 12);
  explicit S3Fifo(std::size_t capacity)
      : capacity_(capacity), small_max_(std::max<std::size_t>(1, capacity / 10)) {}

  bool touch(Key key) {
    if (const auto at = uses_.find(key); at != uses_.end()) {
      at->second = static_cast<std::uint8_t>(std::min(3, at->second + 1));
      return true;
    }
    while (uses_.size() >= capacity_) evict();
    if (ghosts_.erase(key) > 0) {
      main_.push_back(key);
    } else {
      small_.push_back(key);
    }
    uses_[key] = 0;
    return false;
  }

 private:
  void evict() {
    if (small_.size() >= small_max_ || main_.empty()) {
      evict_small();
    } else {
      evict_main();
    }
  }
  void evict_small() {
    const Key key = take(small_);
    std::uint8_t& uses = uses_[key];
    if (uses > 0) {
      uses = 0;
      main_.push_back(key);
      return;
    }
    uses_.erase(key);
    remember(key);
  }
  void evict_main() {
    const Key key = take(main_);
    std::uint8_t& uses = uses_[key];
    if (uses > 0) {
      --uses;
      main_.push_back(key);
    } else {
      uses_.erase(key);
    }
  }
  void remember(Key key) {
    ghosts_.insert(key);
    ghost_queue_.push_back(key);
    if (ghost_queue_.size() > capacity_ - small_max_) ghosts_.erase(take(ghost_queue_));
  }
  static Key take(std::deque<Key>& queue) {
    const Key key = queue.front();
    queue.pop_front();
    return key;
  }

  std::size_t capacity_;
  std::size_t small_max_;
  boost::unordered_flat_map<Key, std::uint8_t> uses_;
  std::deque<Key> small_, main_, ghost_queue_;
  boost::unordered_flat_set<Key> ghosts_;
};

}  // namespace waymark::bench
