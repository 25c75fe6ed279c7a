// Takes, renews and releases the leases of this process (README.md), its slot among them.
//
//   Leases leases{io, {.host = "web1", .wanted = {"folding"}}, store, log};
//   const Lease& folding = leases.lease("folding");
//   co_spawn(io, leases.run(), ...);  // ends after stop()
//   ...
//   if (folding.held()) fold();
//
// Everything runs on the io_context given.
#pragma once

#include "common/log.hpp"
#include "tracker/leases/lease.hpp"
#include "tracker/leases/process_lock.hpp"
#include "tracker/store/rows.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker {

namespace lease_names {
inline constexpr std::string_view folding = "folding";
inline constexpr std::string_view mirror = "mirror";
inline constexpr std::string_view jobs = "jobs";
// Lease of the tracker that is called so.
std::string tracker(std::string_view name);
// The tracker whose lease it is; empty for another one.
std::string_view tracker_of(std::string_view lease);
// The tracker that a row names as holder.
std::string_view tracker_of_holder(std::string_view holder);
}  // namespace lease_names

struct LeaseOptions {
  std::string host;                 // the first part of this tracker's name
  std::vector<std::string> wanted{};  // work that this tracker does when it is its turn
  std::chrono::milliseconds life{15'000};
  std::chrono::milliseconds renew_every{2'000};
  // While some are not held: how soon they are asked for again, if that is sooner.
  std::chrono::milliseconds retry_every{2'000};
};

class Leases {
 public:
  static constexpr int slots_max = 64;  // trackers of one name and store

  // `store` and `log` outlive this, and run() must have ended first.
  Leases(boost::asio::io_context& io, LeaseOptions options, StoreThread& store, Log& log);
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;

  // A wanted lease, or one that is never held. Lives as long as this.
  const Lease& lease(std::string_view name) const noexcept;

  // The lease of this tracker's own name.
  const Lease& slot() const noexcept { return slot_; }
  // `<host>-<slot>`; empty before the first one was had. Changes when another machine of the same
  // name has taken it in a time without the lease: then slot().term() changes, too.
  const std::string& tracker() const noexcept { return tracker_; }

  // Called each time a lease is had anew. Set before run().
  void on_taken(std::function<void()> handler) { on_taken_ = std::move(handler); }

  // Keeps all leases until stop(), then releases them. Waits for the store as long as it takes.
  boost::asio::awaitable<void> run();
  void stop();

  // For what an ended tracker has left: its lease, while that is put in order. False when another
  // has it.
  boost::asio::awaitable<Result<bool>> borrow(std::string lease);
  boost::asio::awaitable<Result<void>> give_back(std::string lease);
  boost::asio::awaitable<Result<std::vector<LeaseRow>>> all();

  const std::vector<Lease>& wanted() const noexcept { return wanted_; }
  std::uint64_t failures() const noexcept { return failures_; }

 private:
  boost::asio::awaitable<void> renew();
  boost::asio::awaitable<bool> keep_slot();
  boost::asio::awaitable<bool> choose_slot();
  boost::asio::awaitable<bool> take_slot(int number);
  boost::asio::awaitable<Result<bool>> hold(std::string lease, std::string holder);
  boost::asio::awaitable<void> release_all();
  bool all_held() const noexcept;
  boost::asio::awaitable<void> sleep();
  void failed(std::string_view lease, const boost::system::error_code& error);

  LeaseOptions options_;
  StoreThread& store_;
  Log& log_;
  boost::asio::steady_timer timer_;
  std::string scope_;     // of the process lock
  std::string store_id_;  // empty: not read yet
  std::optional<ProcessLock> lock_;
  std::string tracker_;
  std::string holder_;  // what this process is called in the rows
  Lease slot_{""};
  std::vector<Lease> wanted_;
  const Lease never_{""};
  std::function<void()> on_taken_ = [] {};
  std::uint64_t failures_ = 0;
  bool stopping_ = false;
};

}  // namespace waymark::tracker
