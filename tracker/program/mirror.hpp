// Keeps the copy of links, campaigns and domains in Redis equal to the store: writes changes
// through in order, and refills a Redis that came back empty or old. The rules are MirrorStep's;
// this is the thin shell that talks. Of several trackers one writes, the others watch how far it
// is.
//
// Everything runs on the io_context given.
#pragma once

#include "common/log.hpp"
#include "common/redis/url.hpp"
#include "tracker/program/mirror_step.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace waymark::redis {
class Client;
}

namespace waymark::tracker {

class StoreThread;

// Whether Redis holds every record, or a part of them as a cache (links.origin). A part: every
// change is written, as an announcement with a life of a minute, and a fill brings up to date what
// Redis holds and adds nothing. Wanted adds what is asked for.
enum class MirrorScope { everything, what_is_held };

struct MirrorCounts {
  std::uint64_t records = 0;   // written to Redis
  std::uint64_t fills = 0;     // begun
  std::uint64_t set_back = 0;  // times the store lacked changes that Redis had seen
  std::uint64_t failures = 0;  // Redis or the store did not do their part; tried again
};

class Mirror {
 public:
  // `store` must outlive this, and what `may_write` (this tracker's turn?) refers to. The
  // connection is the mirror's own.
  Mirror(
      boost::asio::io_context& io, redis::Url url, StoreThread& store, Log& log,
      MirrorScope scope = MirrorScope::everything,
      std::function<bool()> may_write = [] { return true; }, MirrorTiming timing = {});
  ~Mirror();  // like stop()

  void start();
  // Leaves as soon as what is under way has answered; waiters go on at once.
  void stop();

  // Something was changed in the store: look now.
  void nudge();
  // Returns when Redis holds the change, at the deadline, or at once while Redis is away. True when
  // it holds it.
  boost::asio::awaitable<bool> wait_for(std::uint64_t change, std::chrono::milliseconds deadline);

  const redis::Client& connection() const noexcept;
  std::uint64_t mirrored_change() const noexcept;
  bool filling() const noexcept;
  const MirrorCounts& counts() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace waymark::tracker
