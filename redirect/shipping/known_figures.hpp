// What a loop believes to be in the store, for the report in wm:edges: a tracker whose store has
// less learns from it that commits were lost, also when Redis has forgotten its figures.
#pragma once

#include "common/ranges.hpp"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace waymark::redirect {

// By origin key; only origins of which something is committed.
using KnownList = std::vector<std::pair<std::string, Figure>>;

// Any thread.
class KnownFigures {
 public:
  void set(KnownList known) {
    const std::lock_guard lock{mutex_};
    known_.swap(known);
  }
  KnownList get() const {
    const std::lock_guard lock{mutex_};
    return known_;
  }

 private:
  mutable std::mutex mutex_;
  KnownList known_;
};

}  // namespace waymark::redirect
