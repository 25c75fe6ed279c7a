// What the drain counts. Written on the tracker's io_context, read by any thread.
// read = stored + duplicate + dead + late.
#pragma once

#include "common/metrics.hpp"

#include <atomic>
#include <cstdint>

namespace waymark::tracker {

struct DrainStats {
  using Count = std::atomic<std::uint64_t>;

  Count read{0};  // lines and dead letters of committed batches
  Count stored{0};
  Count duplicate{0};
  Count dead{0};
  Count late{0};  // older than clicks.keep
  Count entries{0};       // acknowledged
  Count entries_gone{0};  // trimmed while they were pending
  Count takeovers{0};           // trackers that had ended
  Count entries_taken_over{0};  // what they had pending
  Count batches{0};
  Count commit_us{0};  // spent in commits
  Count store_failures{0};
  Count redis_failures{0};  // reads, preparations and acknowledgements that failed
  Count publish_failures{0};
  Count publications{0};
  Count trimmed{0};           // entries
  Count trimmed_over_cap{0};  // entries that went because stream.max_bytes was reached
  Count lag_ms{0};            // age of the oldest entry of the last batch; 0 when all is read
  Count generations_renewed{0};

  // `metrics` must not be rendered after this is gone.
  void register_gauges(Metrics& metrics) const;
};

}  // namespace waymark::tracker
