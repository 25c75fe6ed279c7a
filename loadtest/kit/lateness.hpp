// How late the generator itself was with a request: its own part of every latency. Pure: told what
// a thread does, in nanoseconds since the start of the run.
//
// A request that finds a connection is late from when it was due. One that had to wait for a
// connection is late from when one came free, and of its wait, the generator answers for that share
// for which answers lay unread: read at once, they would have made room so much sooner. A slow
// server makes requests wait as well, but its answers are read when they come.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

namespace waymark::loadtest {

class Lateness {
 public:
  // The thread asks epoll for answers, and is told of some.
  void asks(std::uint64_t now) noexcept { asked_before_ = std::exchange(asked_, now); }
  void told(std::uint64_t now, std::size_t events) noexcept {
    const bool slept = now - asked_ > unslept_ns + unslept_event_ns * events;
    came_ = slept ? now : std::midpoint(asked_before_, asked_);
  }

  // All connections were busy, and the answer to what was sent at `sent` has made room.
  void made_room(std::uint64_t sent, std::uint64_t now) noexcept {
    free_since_ = came_;
    service_ += now - sent;
    unread_ += now - std::max(came_, sent);
  }
  // No request waits for a connection any more.
  void queue_is_empty() noexcept { service_ = unread_ = 0; }

  // Of a request that is sent now.
  std::uint64_t of(std::uint64_t due, std::uint64_t now) const noexcept {
    if (due >= free_since_) return now - due;
    const double share =
        static_cast<double>(unread_) / static_cast<double>(std::max<std::uint64_t>(service_, 1));
    if (share < share_min) return now - free_since_;
    return now - free_since_ +
           static_cast<std::uint64_t>(static_cast<double>(free_since_ - due) * share);
  }

 private:
  // epoll takes no longer when it has something to tell at once. What ended a sleep came just now;
  // what was there already, at any time since epoll was asked before: half of it is the mean.
  static constexpr std::uint64_t unslept_ns = 10'000;
  static constexpr std::uint64_t unslept_event_ns = 100;
  // A smaller share is what waking up takes.
  static constexpr double share_min = 0.05;

  std::uint64_t asked_before_ = 0;
  std::uint64_t asked_ = 0;
  std::uint64_t came_ = 0;        // the answers being read, as far as is known
  std::uint64_t free_since_ = 0;  // before it, no connection was free
  std::uint64_t service_ = 0;     // of all answered while requests waited
  std::uint64_t unread_ = 0;      // the part of it in which they had been answered
};

}  // namespace waymark::loadtest
