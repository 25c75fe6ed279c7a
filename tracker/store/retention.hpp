// Forgets clicks that are older than clicks.keep, slice by slice.
#pragma once

#include "common/log.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace waymark::tracker {

class Retention {
 public:
  static constexpr std::size_t slice_clicks = 5'000;  // some tens of milliseconds

  // `keep` 0: nothing is ever forgotten. `store` and `log` must outlive this.
  Retention(StoreThread& store, std::chrono::milliseconds keep, Log& log)
      : store_(store), keep_(keep), log_(log) {}

  // Goes on until nothing old is left, the store fails (which is logged; the next call goes on) or
  // stop() was called.
  boost::asio::awaitable<void> forget_old_clicks(std::uint64_t now_ms);
  void stop() noexcept { stopping_ = true; }

  std::uint64_t forgotten() const noexcept { return forgotten_; }  // any thread

 private:
  StoreThread& store_;
  std::chrono::milliseconds keep_;
  Log& log_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> forgotten_{0};
};

}  // namespace waymark::tracker
