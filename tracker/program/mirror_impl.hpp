// Inside of Mirror: one coroutine that does what MirrorStep says. Not for inclusion elsewhere.
#pragma once

#include "common/redis/client.hpp"
#include "tracker/program/mirror.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace waymark::tracker {

class Mirror::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, redis::Url url, StoreThread& store, Log& log, MirrorScope scope,
       std::function<bool()> may_write, MirrorTiming timing);

  void start();
  void stop();
  void nudge();
  boost::asio::awaitable<bool> wait_for(std::uint64_t change, std::chrono::milliseconds deadline);

  redis::Client connection_;
  MirrorStep step_;
  MirrorCounts counts_;

 private:
  struct Waiter {
    std::uint64_t change;
    boost::asio::steady_timer timer;
  };

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<MirrorEvent> perform(mirror_do::Inspect);
  boost::asio::awaitable<MirrorEvent> perform(mirror_do::RenewGeneration);
  boost::asio::awaitable<MirrorEvent> perform(mirror_do::BeginFill);
  boost::asio::awaitable<MirrorEvent> perform(mirror_do::ReadChanges what);
  boost::asio::awaitable<MirrorEvent> perform(mirror_do::Write what);
  boost::asio::awaitable<MirrorEvent> perform(mirror_do::Pause what);
  // mirror_cluster.cpp
  boost::asio::awaitable<MirrorEvent> inspect_cluster();
  boost::asio::awaitable<MirrorEvent> begin_cluster_fill();
  boost::asio::awaitable<MirrorEvent> write_cluster(mirror_do::Write what);
  boost::asio::awaitable<MirrorEvent> move_markers(std::string marker);
  boost::asio::awaitable<Result<std::vector<redis::Reply>>> read_markers();
  std::optional<std::string> markers_say(const mirror_event::Inspected& seen) const;
  static bool stands(std::string_view marker, const mirror_event::Inspected& seen);

  // What the store says of itself; no marker.
  boost::asio::awaitable<Result<mirror_event::Inspected>> read_identity();
  // Drops from what was read what Redis does not hold.
  boost::asio::awaitable<Result<void>> keep_held();
  // Everything between MULTI and EXEC in one go; nothing is awaited in between.
  boost::asio::awaitable<MirrorEvent> write_guarded(const mirror_do::Write& what);
  // Not a coroutine itself: g++ 12 cannot keep an initializer list across a co_await.
  boost::asio::awaitable<Result<redis::Reply>> ask(std::string_view verb, std::string_view key = {},
                                                   std::string_view value = {});
  MirrorEvent failed(std::string_view doing, const boost::system::error_code& error);
  MirrorEvent refused(std::string_view doing, redis::ReplyView reply);
  void wake_waiters();
  void say_what_happened(const MirrorEvent& event);

  MirrorScope scope_;
  std::function<bool()> may_write_;
  MirrorTiming timing_;
  boost::asio::io_context& io_;
  StoreThread& store_;
  Log& log_;
  boost::asio::steady_timer pause_;
  bool stopping_ = false;
  bool nudged_ = false;
  bool nudgeable_pause_ = false;
  std::uint64_t connections_ = 0;  // handshakes so far: WATCH does not outlive its connection
  std::string fill_word_;
  std::vector<std::string> believed_;  // in a Cluster: value of each marker
  mirror_event::Inspected seen_;       // in a Cluster: the store, as of the last inspection
  std::vector<Change> changes_;        // what was read last
  std::list<Waiter> waiters_;
};

}  // namespace waymark::tracker
