// The thin shell around the shippers of one thread: its own origin and those adopted by it share
// one connection, one reading of the figures a second and one timer. All decisions are the
// Shipper's.
#pragma once

#include "common/log.hpp"
#include "common/redis/url.hpp"
#include "redirect/journal/adoption.hpp"
#include "redirect/journal/origin_journal.hpp"
#include "redirect/journal/writer.hpp"
#include "redirect/shipping/known_figures.hpp"
#include "redirect/shipping/shipper.hpp"
#include "redirect/shipping/window.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace boost::asio {
class io_context;
}

namespace waymark::redirect {

// Written by the loop, read by any thread.
struct LoopFigures {
  std::atomic<std::uint64_t> committed{0};  // of the own origin, without losses
  std::atomic<std::uint64_t> own_lost{0};
  std::atomic<std::uint64_t> adopted_owed{0};
  std::atomic<std::uint64_t> lines{0};
  std::atomic<std::uint64_t> lines_again{0};
  std::atomic<std::uint64_t> entries{0};
  std::atomic<std::uint64_t> lost{0};
  std::atomic<std::uint64_t> errors{0};
  std::atomic<std::uint64_t> alarms{0};
  std::atomic<bool> shipping{false};
  KnownFigures known;
};

struct LoopOptions {
  redis::Url url;
  std::string edge;    // name, a label
  std::string folder;  // for the log
  ShipperRules rules;
  unsigned thread = 0;
  // Called once a second while connected; what it returns is written to wm:edges. May be empty.
  std::function<std::string()> report;
};

class ShippingLoop {
 public:
  // `writer`, `window` and `log` outlive this.
  ShippingLoop(LoopOptions options, std::shared_ptr<OriginJournal> own, JournalWriter& writer,
               ShipWindow& window, Log& log);
  // The thread must have stopped, or finish() must have called back.
  ~ShippingLoop();
  ShippingLoop(const ShippingLoop&) = delete;
  ShippingLoop& operator=(const ShippingLoop&) = delete;

  // Any thread; once. `io` must stay until finish() has called back or its thread has stopped.
  void start(boost::asio::io_context& io);
  // Any thread. Ships the origins of an adopted epoch from now on.
  void adopt(std::shared_ptr<AdoptedEpoch> epoch);
  // Any thread. An adopted epoch has left the disk: its fields leave Redis.
  void forget(std::string epoch);
  // Any thread, once: ships the own origin for at most `at_most`, logs what remains, closes the
  // connection and calls `done` on the loop's thread.
  void finish(std::chrono::milliseconds at_most, std::function<void()> done);

  const LoopFigures& figures() const noexcept { return figures_; }

 private:
  class Impl;
  void post(std::function<void(Impl&)> work);

  LoopOptions options_;
  std::shared_ptr<OriginJournal> own_;
  JournalWriter& writer_;
  ShipWindow& window_;
  Log& log_;
  LoopFigures figures_;

  std::mutex mutex_;            // the following
  std::shared_ptr<Impl> impl_;  // from start() until finish() has called back
};

}  // namespace waymark::redirect
