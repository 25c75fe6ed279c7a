// Who says what became of the answered clicks: the store (store_witness.hpp), or the stream
// (stream_witness.hpp).
#pragma once

#include "loadtest/kit/clicks/click_ledger.hpp"
#include "loadtest/kit/clicks/click_tally.hpp"
#include "loadtest/kit/histogram.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

// What is known beside the tally.
struct Testimony {
  std::uint64_t late = 0;      // found, and known to have needed more than a second
  Histogram latency;           // from answer to where it was found
  std::string latency_source;  // how that was learned, for the reader
  std::string problem;         // in words: why not all was read; empty when all was
};

// Called now and then, for a line of progress.
using Progress = std::function<void(const ClickTally&)>;

class ClickWitness {
 public:
  // A click that took longer is late.
  static constexpr std::chrono::seconds late_after{1};

  virtual ~ClickWitness() = default;

  // "store", "stream"
  virtual std::string_view name() const noexcept = 0;
  // Which clicks ledgers hand over while the load runs; null: none. Valid as long as this.
  virtual const WatchShare* share() const noexcept = 0;
  // The run begins. The ledgers must outlive this.
  virtual void start(std::vector<ClickLedger*> ledgers) = 0;
  // The run is over: tells `tally` what is there, until no click is missing or `settle` is over.
  virtual Testimony testify(ClickTally& tally, std::chrono::milliseconds settle,
                            const Progress& progress) = 0;
};

}  // namespace waymark::loadtest
