// Reconciles with the click stream in Redis, which the tracker's API passes on as events: every
// click is heard, none is sampled. A line that comes again counts as twice, although readers of the
// stream must bear that (common/schema/README.md).
#pragma once

#include "loadtest/kit/clicks/api_connection.hpp"
#include "loadtest/kit/clicks/click_witness.hpp"
#include "loadtest/kit/clicks/stream_listener.hpp"

#include <optional>
#include <span>
#include <string>

namespace waymark::loadtest {

// Lays clicks of the stream beside those answered. Pure: time comes with the clicks.
class StreamComparison {
 public:
  // `tally` must outlive this, and be new.
  explicit StreamComparison(ClickTally& tally);
  void hear(std::span<const AnsweredClick> clicks);

  const Histogram& latency() const noexcept { return latency_; }  // nanoseconds
  std::uint64_t late() const noexcept { return late_; }

 private:
  ClickTally& tally_;
  std::optional<ClickTally::Range> range_;  // nothing: no click was answered
  Histogram latency_;
  std::uint64_t late_ = 0;
};

class StreamWitness : public ClickWitness {
 public:
  // `access` must outlive this. Asks the API where the stream ends: throws StartupError when it
  // does not answer.
  explicit StreamWitness(const ApiAccess& access);

  std::string_view name() const noexcept override { return "stream"; }
  const WatchShare* share() const noexcept override { return nullptr; }
  void start(std::vector<ClickLedger*> ledgers) override;
  Testimony testify(ClickTally& tally, std::chrono::milliseconds settle,
                    const Progress& progress) override;

 private:
  const ApiAccess& access_;
  std::string begin_;
  std::optional<StreamListener> listener_;
};

}  // namespace waymark::loadtest
