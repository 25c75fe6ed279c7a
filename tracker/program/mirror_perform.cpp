// What the mirror does with Redis and the store, one function for each thing MirrorStep asks for.
#include "common/redis/keys.hpp"
#include "tracker/program/held_keys.hpp"
#include "tracker/program/ids.hpp"
#include "tracker/program/mirror_impl.hpp"
#include "tracker/program/mirror_records.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace waymark::tracker {
namespace {

using boost::asio::awaitable;
using boost::asio::use_awaitable;

constexpr std::chrono::milliseconds deadline{2'000};

}  // namespace

awaitable<Result<redis::Reply>> Mirror::Impl::ask(std::string_view verb, std::string_view key,
                                                  std::string_view value) {
  redis::Command command{verb};
  if (!key.empty()) command.add(key);
  if (!value.empty()) command.add(value);
  return connection_.request(std::move(command), deadline, use_awaitable);
}

MirrorEvent Mirror::Impl::failed(std::string_view doing, const boost::system::error_code& error) {
  ++counts_.failures;
  // The connection says itself that Redis is away.
  if (connection_.ready()) {
    log_.warning("links.failed", "the copy of the links was not brought up to date; trying again",
                 {{"doing", doing}, {"error", error.message()}});
  }
  return mirror_event::Failed{};
}

MirrorEvent Mirror::Impl::refused(std::string_view doing, redis::ReplyView reply) {
  ++counts_.failures;
  log_.warning("links.refused", "Redis refused the copy of the links; trying again",
               {{"doing", doing}, {"reply", reply.text()}});
  return mirror_event::Failed{};
}

awaitable<MirrorEvent> Mirror::Impl::perform(mirror_do::Inspect) {
  nudged_ = false;  // what was changed before now is seen here
  if (connection_.is_cluster()) co_return co_await inspect_cluster();
  const auto marker = co_await ask("GET", redis_keys::filled);
  if (!marker) co_return failed("inspect", marker.error());
  if (marker->is_error()) co_return refused("inspect", *marker);
  // The store is read second, so that a marker written just now is never beyond its last change.
  auto seen = co_await read_identity();
  if (!seen) co_return failed("read the store", seen.error());
  if (!marker->is_nil()) seen->marker = marker->text();
  co_return std::move(*seen);
}

awaitable<Result<mirror_event::Inspected>> Mirror::Impl::read_identity() {
  using Identity = std::tuple<std::string, std::string, std::uint64_t>;
  auto identity = co_await store_.read([](Store& store) -> Result<Identity> {
    const auto id = store.id();
    if (!id) return id.error();
    const auto generation = store.generation();
    if (!generation) return generation.error();
    const auto last = store.last_change();
    if (!last) return last.error();
    return Identity{*id, *generation, *last};
  });
  if (!identity) co_return identity.error();
  mirror_event::Inspected seen;
  std::tie(seen.store_id, seen.generation, seen.last_change) = std::move(*identity);
  seen.may_write = may_write_();
  co_return seen;
}

awaitable<MirrorEvent> Mirror::Impl::perform(mirror_do::RenewGeneration) {
  auto generation =
      co_await store_.run(Priority::api, [](Store& store) { return store.renew_generation(); });
  if (!generation) co_return failed("renew the generation", generation.error());
  seen_.generation = *generation;
  co_return mirror_event::Renewed{std::move(*generation)};
}

awaitable<MirrorEvent> Mirror::Impl::perform(mirror_do::BeginFill) {
  if (connection_.is_cluster()) co_return co_await begin_cluster_fill();
  fill_word_ = new_id("", 0);
  const auto set = co_await ask("SET", redis_keys::filling, fill_word_);
  if (!set) co_return failed("begin a fill", set.error());
  if (set->is_error()) co_return refused("begin a fill", *set);
  co_return mirror_event::Begun{};
}

awaitable<MirrorEvent> Mirror::Impl::perform(mirror_do::ReadChanges what) {
  nudged_ = false;
  auto changes = co_await store_.read(
      [what](Store& store) { return store.changes_after(what.after, what.limit); });
  if (!changes) co_return failed("read the store", changes.error());
  changes_ = std::move(*changes);
  mirror_event::Read read{changes_.size(), 0};
  if (!changes_.empty()) {
    read.last = std::visit([](const auto& row) { return row.change; }, changes_.back());
  }
  co_return read;
}

awaitable<MirrorEvent> Mirror::Impl::perform(mirror_do::Write what) {
  if (!may_write_()) co_return mirror_event::LeaseLost{};
  if (connection_.is_cluster()) co_return co_await write_cluster(std::move(what));
  const auto connection = connections_;
  const std::string_view guard = what.expected_marker ? redis_keys::filled : redis_keys::filling;
  const auto watched = co_await ask("WATCH", guard);
  if (!watched) co_return failed("write", watched.error());
  const auto held = co_await ask("GET", guard);
  if (!held) co_return failed("write", held.error());
  if (held->is_error()) co_return refused("write", *held);
  if (held->text() != what.expected_marker.value_or(fill_word_) || connection != connections_) {
    co_return mirror_event::GuardLost{};
  }
  const bool filling = !what.expected_marker;
  if (filling && scope_ == MirrorScope::what_is_held) {
    if (const auto kept = co_await keep_held(); !kept) co_return failed("fill", kept.error());
  }
  co_return co_await write_guarded(what);
}

awaitable<Result<void>> Mirror::Impl::keep_held() {
  std::vector<std::string> keys;
  for (const Change& change : changes_) keys.push_back(mirror_record(change).key);
  const auto held = co_await held_keys(connection_, std::move(keys), deadline);
  if (!held) co_return held.error();
  std::vector<Change> kept;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if ((*held)[i]) kept.push_back(std::move(changes_[i]));
  }
  changes_ = std::move(kept);
  co_return Result<void>{};
}

awaitable<MirrorEvent> Mirror::Impl::write_guarded(const mirror_do::Write& what) {
  const auto ignore = [](boost::system::error_code, const redis::Reply&) {};
  connection_.send({"MULTI"}, deadline, ignore);
  const bool announced = what.expected_marker && scope_ == MirrorScope::what_is_held;
  for (auto& command : announced ? announce_commands(changes_) : replace_commands(changes_)) {
    connection_.send(std::move(command), deadline, ignore);
  }
  if (what.marker) connection_.send({"SET", redis_keys::filled, *what.marker}, deadline, ignore);
  if (what.marker && !what.expected_marker) {
    connection_.send({"DEL", redis_keys::filling}, deadline, ignore);
  }
  const auto done = co_await ask("EXEC");
  if (!done) co_return failed("write", done.error());
  if (done->is_nil()) co_return mirror_event::GuardLost{};
  if (done->is_error()) co_return refused("write", *done);
  for (std::size_t i = 0; i < done->size(); ++i) {
    if ((*done)[i].is_error()) co_return refused("write", (*done)[i]);
  }
  counts_.records += changes_.size();
  co_return mirror_event::Written{};
}

awaitable<MirrorEvent> Mirror::Impl::perform(mirror_do::Pause what) {
  // Another tracker writes what a caller of ours waits for.
  const bool watched = step_.watching() && !waiters_.empty();
  if (watched) what.time = std::min(what.time, timing_.watch);
  if (watched || !(what.nudgeable && nudged_)) {
    pause_.expires_after(what.time);
    nudgeable_pause_ = what.nudgeable;
    boost::system::error_code cancelled;
    co_await pause_.async_wait(boost::asio::redirect_error(use_awaitable, cancelled));
    nudgeable_pause_ = false;
  }
  co_return mirror_event::Woke{.nudged = what.nudgeable && nudged_};
}

}  // namespace waymark::tracker
