#include "loadtest/kit/clicks/watch_board.hpp"

#include "loadtest/kit/clicks/click_witness.hpp"

#include <algorithm>
#include <utility>

namespace waymark::loadtest {

using std::chrono::nanoseconds;

void WatchBoard::add(std::span<const AnsweredClick> clicks) {
  for (const auto& click : clicks) {
    if (waiting_ >= waiting_max) return;
    const auto number = WatchShare::slice_of(click.id);
    if (number > newest_slice_) {
      if (newest_slice_ != 0) finished_ = newest_clicks_;
      newest_slice_ = number;
      newest_clicks_ = 0;
    }
    if (number == newest_slice_) ++newest_clicks_;
    const auto [place, made] = slices_.try_emplace(number, Slice{{}, click.at, click.at});
    auto& missing = place->second.missing;
    missing.insert(std::ranges::upper_bound(missing, click.id, {}, &AnsweredClick::id), click);
    ++waiting_;
  }
}

std::optional<WatchBoard::Question> WatchBoard::next(SteadyTime now) const {
  const auto place = std::ranges::min_element(
      slices_, {}, [](const auto& numbered) { return numbered.second.due; });
  if (place == slices_.end() || place->second.due > now) return std::nullopt;
  const auto& missing = place->second.missing;
  return Question{place->first, missing.front().id, missing.back().id, missing.size()};
}

std::optional<SteadyTime> WatchBoard::due() const {
  if (slices_.empty()) return std::nullopt;
  const auto of = [](const auto& numbered) { return numbered.second.due; };
  return std::ranges::min_element(slices_, {}, of)->second.due;
}

void WatchBoard::answer(const Question& question, std::span<const Uuid> found, SteadyTime now) {
  const auto place = slices_.find(question.slice);
  if (place == slices_.end()) return;
  auto& missing = place->second.missing;
  const auto turned_up = std::erase_if(missing, [&](const AnsweredClick& click) {
    if (!std::ranges::binary_search(found, click.id)) return false;
    // A row may be there before its answer was read here.
    const auto took = std::max(nanoseconds{now - click.at}, nanoseconds{0});
    latency_.record(static_cast<std::uint64_t>(took.count()));
    if (took > ClickWitness::late_after) ++late_;
    return true;
  });
  waiting_ -= turned_up;
  if (missing.empty()) {
    slices_.erase(place);
  } else {
    plan(place->second, now);
  }
}

void WatchBoard::unanswered(const Question& question, SteadyTime now) {
  const auto place = slices_.find(question.slice);
  if (place != slices_.end()) plan(place->second, now);
}

void WatchBoard::plan(Slice& slice, SteadyTime now) const {
  slice.due = now + std::max<nanoseconds>((now - slice.begin) / pause_share, pause_min);
}

std::optional<std::uint64_t> WatchBoard::finished_slice() {
  return std::exchange(finished_, std::nullopt);
}

}  // namespace waymark::loadtest
