#include "loadtest/kit/clicks/click_tally.hpp"

#include <algorithm>

namespace waymark::loadtest {

ClickTally::ClickTally(std::vector<AnsweredClick> answered) : answered_(std::move(answered)) {
  std::ranges::sort(answered_, {}, &AnsweredClick::id);
  const auto doubled = std::ranges::unique(answered_, {}, &AnsweredClick::id);
  doubled_ = doubled.size();
  answered_.erase(doubled.begin(), doubled.end());
  times_.resize(answered_.size());
  missing_ = answered_.size();
}

std::optional<ClickTally::Range> ClickTally::missing_range() const {
  const auto first = std::ranges::find(times_, 0);
  if (first == times_.end()) return std::nullopt;
  const auto last = std::find(times_.rbegin(), times_.rend(), 0);
  const auto begin = static_cast<std::size_t>(first - times_.begin());
  const auto end = static_cast<std::size_t>(times_.rend() - last);
  return Range{answered_[begin].id, answered_[end - 1].id};
}

void ClickTally::begin_reading(const Range& range) {
  const auto begin = std::ranges::lower_bound(answered_, range.first, {}, &AnsweredClick::id);
  const auto end = std::ranges::upper_bound(answered_, range.last, {}, &AnsweredClick::id);
  // A part that is read again holds rows of others that the whole reading has counted.
  whole_reading_ = begin == answered_.begin() && end == answered_.end();
  if (whole_reading_) unexpected_ = 0;
  place_ = static_cast<std::size_t>(begin - answered_.begin());
  for (auto i = place_; i < static_cast<std::size_t>(end - answered_.begin()); ++i) {
    if (times_[i] > 0) ++missing_;
    if (times_[i] > 1) --twice_;
    times_[i] = 0;
  }
}

// Where `id` is, or would be. Rows come in order as a rule.
std::size_t ClickTally::place_of(const Uuid& id) const {
  for (const auto place : {place_, place_ + 1}) {
    if (place < answered_.size() && answered_[place].id == id) return place;
  }
  const auto found = std::ranges::lower_bound(answered_, id, {}, &AnsweredClick::id);
  return static_cast<std::size_t>(found - answered_.begin());
}

const AnsweredClick* ClickTally::see(const Uuid& id) {
  place_ = place_of(id);
  if (place_ == answered_.size() || answered_[place_].id != id) {
    if (whole_reading_) ++unexpected_;
    return nullptr;
  }
  auto& times = times_[place_];
  if (times == 1) ++twice_;
  if (times > 0) {
    times = 2;
    return nullptr;
  }
  times = 1;
  --missing_;
  return &answered_[place_];
}

const AnsweredClick* ClickTally::find(const Uuid& id) const {
  const auto found = std::ranges::lower_bound(answered_, id, {}, &AnsweredClick::id);
  return found != answered_.end() && found->id == id ? &*found : nullptr;
}

std::vector<AnsweredClick> ClickTally::missing_clicks(std::size_t at_most) const {
  std::vector<AnsweredClick> clicks;
  for (std::size_t i = 0; i < times_.size() && clicks.size() < at_most; ++i) {
    if (times_[i] == 0) clicks.push_back(answered_[i]);
  }
  return clicks;
}

}  // namespace waymark::loadtest
