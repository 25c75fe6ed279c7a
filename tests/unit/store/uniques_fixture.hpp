// Clicks of many visitors.
#pragma once

#include "tests/unit/store/store_fixture.hpp"

#include <utility>

namespace waymark::tracker {

inline constexpr std::uint64_t visitor_base = 1'000'000;

struct StoreUniques : StoreTest {
  // A click of each of `count` visitors, with ids from `first_id` on.
  Batch clicks_of_visitors(std::uint64_t first_id, std::uint64_t count, bool new_visitor) {
    Batch batch;
    for (std::uint64_t n = 0; n < count; ++n) {
      Click click = click_of(first_id + n);
      click.visitor = id_of(visitor_base + n);
      click.new_visitor = new_visitor;
      batch.add(click);
    }
    return batch;
  }
  std::uint64_t commit_and_count(Batch batch) {
    commit(batch);
    return sum().uniques;
  }
};

}  // namespace waymark::tracker
