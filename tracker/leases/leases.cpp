#include "tracker/leases/leases.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;
using asio::awaitable;

namespace lease_names {

namespace {
constexpr std::string_view tracker_prefix = "tracker:";
constexpr char scope_sign = '@';  // <tracker>@<scope of its process lock>
}  // namespace

std::string tracker(std::string_view name) {
  return std::string{tracker_prefix}.append(name);
}

std::string_view tracker_of(std::string_view lease) {
  if (!lease.starts_with(tracker_prefix)) return {};
  return lease.substr(tracker_prefix.size());
}

std::string_view tracker_of_holder(std::string_view holder) {
  return holder.substr(0, holder.find(scope_sign));
}

}  // namespace lease_names

Leases::Leases(asio::io_context& io, LeaseOptions options, StoreThread& store, Log& log)
    : options_(std::move(options)),
      store_(store),
      log_(log),
      timer_(io),
      scope_(ProcessLock::scope()) {
  for (const std::string& name : options_.wanted) wanted_.emplace_back(name);
}

const Lease& Leases::lease(std::string_view name) const noexcept {
  const auto found = std::ranges::find(wanted_, name, &Lease::name);
  return found != wanted_.end() ? *found : never_;
}

awaitable<void> Leases::run() {
  while (!stopping_) {
    co_await renew();
    if (!stopping_) co_await sleep();
  }
  co_await release_all();
}

void Leases::stop() {
  stopping_ = true;
  timer_.cancel();
}

awaitable<void> Leases::renew() {
  if (!co_await keep_slot()) co_return;
  for (Lease& lease : wanted_) {
    const auto asked = LeaseClock::now();
    const bool had = lease.held_at(asked);
    const auto held = co_await hold(lease.name(), holder_);
    if (!held) {
      failed(lease.name(), held.error());
      co_return;
    }
    if (*held) {
      lease.granted(asked, options_.life);
      if (had) continue;
      log_.info("lease.taken", "This tracker does it now", {{"lease", lease.name()}});
      on_taken_();
    } else {
      lease.refused();
      if (had) log_.warning("lease.lost", "Another tracker does it now", {{"lease", lease.name()}});
    }
  }
}

// True when the slot is held for another while.
awaitable<bool> Leases::keep_slot() {
  if (!lock_) co_return co_await choose_slot();
  const auto asked = LeaseClock::now();
  const auto held = co_await hold(slot_.name(), holder_);
  if (!held) {
    failed(slot_.name(), held.error());
    co_return false;
  }
  if (*held) {
    slot_.granted(asked, options_.life);
    co_return true;
  }
  // It expired while this process stood still, and a machine of the same name took it.
  log_.warning("lease.lost", "Another tracker has this one's name now; choosing another slot",
               {{"lease", slot_.name()}});
  slot_.refused();
  lock_.reset();
  co_return co_await choose_slot();
}

awaitable<bool> Leases::choose_slot() {
  if (store_id_.empty()) {
    const auto id = co_await store_.read([](Store& store) { return store.id(); });
    if (!id) {
      failed(slot_.name(), id.error());
      co_return false;
    }
    store_id_ = *id;
  }
  for (int number = 0; number < slots_max && !stopping_; ++number) {
    if (co_await take_slot(number)) co_return true;
  }
  if (!stopping_) {
    log_.error("lease.no_slot", "No slot is free for this tracker; it waits and does nothing",
               {{"host", options_.host}, {"slots", slots_max}});
  }
  co_return false;
}

awaitable<bool> Leases::take_slot(int number) {
  auto lock = ProcessLock::take(fmt::format("waymark-tracker/{}/{}", store_id_, number));
  if (!lock) {
    if (lock.error() != make_error_code(Errc::conflict)) failed("process lock", lock.error());
    co_return false;
  }
  std::string tracker = fmt::format("{}-{}", options_.host, number);
  // Who has the lock is alone under this name: so it keeps what the one before left.
  std::string holder = fmt::format("{}{}{}", tracker, lease_names::scope_sign, scope_);
  const auto asked = LeaseClock::now();
  const std::string lease = lease_names::tracker(tracker);
  const auto held = co_await hold(lease, holder);
  if (!held) failed(lease, held.error());
  if (!held || !*held) co_return false;
  lock_ = std::move(*lock);
  tracker_ = std::move(tracker);
  holder_ = std::move(holder);
  slot_.rename(lease);
  slot_.granted(asked, options_.life);
  log_.info("lease.slot", "This tracker has its name", {{"tracker", tracker_}});
  co_return true;
}

// Not coroutines themselves: g++ 12 destroys what a closure has captured twice across a co_await.
awaitable<Result<bool>> Leases::hold(std::string lease, std::string holder) {
  return store_.lease([lease = std::move(lease), holder = std::move(holder), life = options_.life](
                          Store& store) { return store.hold_lease(lease, holder, life); });
}

awaitable<Result<bool>> Leases::borrow(std::string lease) {
  return hold(std::move(lease), holder_);
}

awaitable<Result<void>> Leases::give_back(std::string lease) {
  return store_.lease([lease = std::move(lease), holder = holder_](Store& store) {
    return store.release_lease(lease, holder);
  });
}

awaitable<Result<std::vector<LeaseRow>>> Leases::all() {
  return store_.lease([](Store& store) { return store.leases(); });
}

// The slot last: as long as it stands, nobody looks for what this tracker has left.
awaitable<void> Leases::release_all() {
  for (Lease& lease : wanted_) {
    if (lease.held()) co_await give_back(lease.name());
    lease.refused();
  }
  if (slot_.held()) co_await give_back(slot_.name());
  slot_.refused();
}

bool Leases::all_held() const noexcept {
  return slot_.held() && std::ranges::all_of(wanted_, &Lease::held);
}

awaitable<void> Leases::sleep() {
  boost::system::error_code cancelled;
  timer_.expires_after(all_held() ? options_.renew_every
                                  : std::min(options_.renew_every, options_.retry_every));
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

void Leases::failed(std::string_view lease, const boost::system::error_code& error) {
  ++failures_;
  log_.warning("lease.failed", "A lease was neither taken nor renewed; trying again",
               {{"lease", lease}, {"error", error.message()}});
}

}  // namespace waymark::tracker
