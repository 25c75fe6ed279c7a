// What one thread of the generator was given: the ids of its clicks and when their answers were
// there. Reconciled with the store or the stream afterwards (click_tally.hpp).
#pragma once

#include "common/uuid.hpp"
#include "loadtest/kit/clicks/watch_share.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace waymark::loadtest {

using SteadyTime = std::chrono::steady_clock::time_point;

struct AnsweredClick {
  Uuid id;
  SteadyTime at;  // last byte of the answer
};

namespace limits {
// Of all ledgers of a run: 240 MB. Clicks past it are counted, and not reconciled.
inline constexpr std::size_t ledger_clicks_max = 10'000'000;
}  // namespace limits

class ClickLedger {
 public:
  // `share` says which clicks are handed over to be watched, and must outlive this; none are
  // without it.
  explicit ClickLedger(std::size_t clicks_max, const WatchShare* share = nullptr)
      : clicks_max_(clicks_max), share_(share) {}

  // By the thread whose ledger it is. Throws std::bad_alloc.
  void add(const Uuid& id, SteadyTime at);

  // By one other thread, at any time: those to be watched that came since the last call.
  std::vector<AnsweredClick> take_watched();

  // Once the thread has ended.
  std::size_t size() const noexcept { return size_; }
  std::uint64_t passed_over() const noexcept { return passed_over_; }  // past the limit
  // Appends all to `out`, and lets go of them block by block.
  void move_to(std::vector<AnsweredClick>& out);

 private:
  // Blocks instead of one vector: a vector that grows copies all at once, in the middle of a run.
  static constexpr std::size_t block_clicks = 16'384;
  using Block = std::array<AnsweredClick, block_clicks>;

  const std::size_t clicks_max_;
  const WatchShare* const share_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t size_ = 0;
  std::uint64_t passed_over_ = 0;
  std::mutex watched_mutex_;
  std::vector<AnsweredClick> watched_;
};

}  // namespace waymark::loadtest
