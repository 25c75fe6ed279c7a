#include "tracker/program/mirror.hpp"

#include "common/rethrow.hpp"
#include "tracker/program/mirror_impl.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace waymark::tracker {

Mirror::Impl::Impl(boost::asio::io_context& io, redis::Url url, StoreThread& store, Log& log,
                   MirrorScope scope, std::function<bool()> may_write, MirrorTiming timing)
    : connection_(
          io,
          redis::ClientOptions{.connection = {.url = std::move(url), .name = "tracker-mirror"},
                               .all_masters = true},
          log),
      step_(timing),
      scope_(scope),
      may_write_(std::move(may_write)),
      timing_(timing),
      io_(io),
      store_(store),
      log_(log),
      pause_(io) {}

void Mirror::Impl::start() {
  connection_.on_ready([this] {
    ++connections_;
    pause_.cancel();
  });
  connection_.start();
  boost::asio::co_spawn(
      io_, [self = shared_from_this()] { return self->run(); }, rethrow);
}

void Mirror::Impl::stop() {
  stopping_ = true;
  connection_.stop();
  pause_.cancel();
  for (auto& waiter : waiters_) waiter.timer.cancel();
}

void Mirror::Impl::nudge() {
  nudged_ = true;
  if (nudgeable_pause_) pause_.cancel();
}

boost::asio::awaitable<bool> Mirror::Impl::wait_for(std::uint64_t change,
                                                    std::chrono::milliseconds deadline) {
  const auto self = shared_from_this();
  nudge();
  if (step_.mirrored_change() >= change) co_return true;
  if (!connection_.ready() || stopping_) co_return false;
  const auto waiter =
      waiters_.insert(waiters_.end(), {change, boost::asio::steady_timer{io_, deadline}});
  boost::system::error_code cancelled;
  co_await waiter->timer.async_wait(
      boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  waiters_.erase(waiter);
  co_return step_.mirrored_change() >= change;
}

void Mirror::Impl::wake_waiters() {
  for (auto& waiter : waiters_) {
    if (waiter.change <= step_.mirrored_change()) waiter.timer.cancel();
  }
}

boost::asio::awaitable<void> Mirror::Impl::run() {
  const auto self = shared_from_this();  // the frame outlives the Mirror while it waits
  MirrorDo what = step_.step(mirror_event::Started{});
  while (!stopping_) {
    const MirrorEvent event =
        co_await std::visit([this](auto& doing) { return perform(std::move(doing)); }, what);
    if (stopping_) co_return;
    what = step_.step(event);
    say_what_happened(event);
    wake_waiters();
  }
}

void Mirror::Impl::say_what_happened(const MirrorEvent& event) {
  if (const auto* renewed = std::get_if<mirror_event::Renewed>(&event)) {
    ++counts_.set_back;
    log_.warning("links.store_set_back",
                 "The store lacks changes of links that Redis has seen: a new generation begins",
                 {{"generation", renewed->generation}});
  }
  if (std::holds_alternative<mirror_event::Begun>(event)) {
    ++counts_.fills;
    log_.info("links.fill", "Redis has no copy of the links, or an old one: filling it");
  }
  if (std::holds_alternative<mirror_event::GuardLost>(event)) {
    log_.warning("links.lost", "Redis is not what it was: looking again what it holds");
  }
}

Mirror::Mirror(boost::asio::io_context& io, redis::Url url, StoreThread& store, Log& log,
               MirrorScope scope, std::function<bool()> may_write, MirrorTiming timing)
    : impl_(std::make_shared<Impl>(io, std::move(url), store, log, scope, std::move(may_write),
                                   timing)) {}

Mirror::~Mirror() {
  impl_->stop();
}

void Mirror::start() {
  impl_->start();
}

void Mirror::stop() {
  impl_->stop();
}

void Mirror::nudge() {
  impl_->nudge();
}

boost::asio::awaitable<bool> Mirror::wait_for(std::uint64_t change,
                                              std::chrono::milliseconds deadline) {
  return impl_->wait_for(change, deadline);
}

const redis::Client& Mirror::connection() const noexcept {
  return impl_->connection_;
}

std::uint64_t Mirror::mirrored_change() const noexcept {
  return impl_->step_.mirrored_change();
}

bool Mirror::filling() const noexcept {
  return impl_->step_.filling();
}

const MirrorCounts& Mirror::counts() const noexcept {
  return impl_->counts_;
}

}  // namespace waymark::tracker
