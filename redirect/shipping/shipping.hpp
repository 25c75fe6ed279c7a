// Owner of the journal folder and of all shippers of the process: what is journalled by the request
// threads gets to the stream, and again where Redis forgot it, until the store has it. The rules
// are in shipping/README.md; what the request path needs is the JournalWriter of its thread.
#pragma once

#include "common/log.hpp"
#include "common/metrics.hpp"
#include "common/redis/url.hpp"
#include "common/settings.hpp"
#include "redirect/journal/options.hpp"
#include "redirect/journal/writer.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace waymark::redirect {

struct ShipOptions {
  Bytes window{256 * MiB};                     // ship.window, of the process
  Bytes stream_batch_bytes{64 * KiB};          // stream.batch_bytes
  std::chrono::milliseconds stream_linger{5};  // stream.linger
};

// What wm:edges says about this process. The functions are asked every second on thread 0.
struct EdgeInfo {
  std::string name;   // [A-Za-z0-9._-]+, a label
  std::string admin;  // address of the admin listener
  std::string version;
  std::function<std::vector<std::string>()> key_ids;
  std::function<std::uint64_t()> limits_uncounted{};  // lookups of links with such a max_clicks
};

// Figures of the process, this epoch and adopted ones together unless said otherwise.
struct ShippingStats {
  std::uint64_t committed = 0;     // clicks of this epoch in the store
  std::uint64_t owed = 0;          // journalled, neither committed nor lost
  std::uint64_t adopted_owed = 0;  // the part of `owed` that other epochs left behind
  std::uint64_t sent = 0;          // lines given to the stream, again included
  std::uint64_t sent_again = 0;
  std::uint64_t batches = 0;  // entries
  std::uint64_t lost = 0;     // clicks lost to damage, each once
  std::uint64_t send_errors = 0;
  std::uint64_t figure_alarms = 0;  // figures beyond what was sent
  std::uint64_t sync_errors = 0;
  std::uint64_t window_bytes = 0;  // sent and not committed
  std::uint64_t disk_bytes = 0;    // of everything in journal.dir
  bool shipping = false;           // every thread is connected and knows the figures
};

class Shipping {
 public:
  // Makes and locks the epoch's folder and prepares a segment for each of `threads` origins.
  // Throws StartupError naming folder and remedy. `control_io`, `log` and `info` outlive this.
  Shipping(JournalOptions journal, ShipOptions ship, redis::Url stream_url, unsigned threads,
           EdgeInfo info, boost::asio::io_context& control_io, Log& log);
  // All io_contexts must have stopped or finish() must have called back. Syncs the journal.
  ~Shipping();
  Shipping(const Shipping&) = delete;
  Shipping& operator=(const Shipping&) = delete;

  // To be used on that thread only.
  JournalWriter& writer(unsigned thread) noexcept;

  // Runs the shipper of an origin on its thread's io_context. Call once for each thread, on any
  // thread. Adoption of other folders begins when all have been started.
  void start(unsigned thread, boost::asio::io_context& thread_io);

  // Ships for at most `at_most` (rule 17), and no longer than Redis is there; logs what remains and
  // where, closes the connections and calls `done` on `control_io`. The threads' io_contexts must
  // run meanwhile and no more clicks may come. Call once, on the control thread.
  void finish(std::chrono::milliseconds at_most, std::function<void()> done);

  const std::string& epoch() const noexcept;
  ShippingStats stats() const;             // any thread
  void register_gauges(Metrics& metrics);  // `metrics` must not be rendered after this is gone

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waymark::redirect
