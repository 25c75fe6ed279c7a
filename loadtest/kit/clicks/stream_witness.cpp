#include "loadtest/kit/clicks/stream_witness.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

constexpr auto look_every = 20ms;

}  // namespace

StreamComparison::StreamComparison(ClickTally& tally)
    : tally_(tally), range_(tally.missing_range()) {
  if (range_) tally_.begin_reading(*range_);
}

void StreamComparison::hear(std::span<const AnsweredClick> clicks) {
  for (const auto& click : clicks) {
    if (!range_ || click.id < range_->first || range_->last < click.id) continue;
    const auto* answer = tally_.see(click.id);
    if (answer == nullptr) continue;
    // A click may be in the stream before its answer was read here.
    const auto took = std::max(nanoseconds{click.at - answer->at}, nanoseconds{0});
    latency_.record(static_cast<std::uint64_t>(took.count()));
    if (took > ClickWitness::late_after) ++late_;
  }
}

StreamWitness::StreamWitness(const ApiAccess& access)
    : access_(access), begin_(end_of_stream(access)) {}

void StreamWitness::start(std::vector<ClickLedger*> /*ledgers*/) {
  listener_.emplace(access_, begin_);
}

Testimony StreamWitness::testify(ClickTally& tally, std::chrono::milliseconds settle,
                                 const Progress& progress) {
  const auto end = Clock::now() + settle;
  StreamComparison comparison{tally};
  // A repetition may follow when the last click is there.
  std::this_thread::sleep_for(std::min<Clock::duration>(late_after, settle));
  for (;;) {
    comparison.hear(listener_->take());
    progress(tally);
    if (tally.missing() == 0 || Clock::now() >= end) break;
    std::this_thread::sleep_for(look_every);
  }
  Testimony testimony;
  testimony.late = comparison.late();
  testimony.latency = comparison.latency();
  testimony.latency_source =
      "all clicks, from their answer until their event was read: an upper bound, 0.2 s too high at "
      "most, for the API looks that often at a stream that it has read to its end";
  testimony.problem = listener_->problem();
  return testimony;
}

}  // namespace waymark::loadtest
