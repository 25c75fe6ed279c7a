#include "loadtest/kit/clicks/click_ledger.hpp"

#include <algorithm>
#include <utility>

namespace waymark::loadtest {

void ClickLedger::add(const Uuid& id, SteadyTime at) {
  if (size_ >= clicks_max_) {
    ++passed_over_;
    return;
  }
  const std::size_t place = size_ % block_clicks;
  if (place == 0) blocks_.push_back(std::make_unique_for_overwrite<Block>());
  (*blocks_.back())[place] = {id, at};
  ++size_;
  if (share_ == nullptr || !share_->includes(id)) return;
  const std::lock_guard lock{watched_mutex_};
  watched_.push_back({id, at});
}

std::vector<AnsweredClick> ClickLedger::take_watched() {
  const std::lock_guard lock{watched_mutex_};
  return std::exchange(watched_, {});
}

void ClickLedger::move_to(std::vector<AnsweredClick>& out) {
  out.reserve(out.size() + size_);
  for (auto& block : blocks_) {
    const auto count = std::min(size_, block_clicks);
    out.insert(out.end(), block->begin(), block->begin() + static_cast<std::ptrdiff_t>(count));
    size_ -= count;
    block.reset();
  }
  blocks_.clear();
}

}  // namespace waymark::loadtest
