#include "tracker/drain/drain_loop.hpp"

#include "common/clock.hpp"
#include "common/limits.hpp"
#include "common/redis/keys.hpp"
#include "tracker/drain/requests.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds deadline{5'000};
constexpr auto look_around_every = 1s;  // for new shards, a Redis that forgot, other groups
constexpr auto removed_shard_wait = 10s;
constexpr std::size_t dead_page = 500;

}  // namespace

DrainLoop::DrainLoop(asio::io_context& io, DrainOptions options, StoreThread& store, Leases& leases,
                     Log& log)
    : options_(std::move(options)),
      log_(log),
      commands_(io, {.url = options_.url, .name = "tracker-drain"}, log),
      timer_(io),
      parts_{.io = io,
             .options = options_,
             .commands = commands_,
             .store = store,
             .leases = leases,
             .folding = leases.lease(lease_names::folding),
             .stats = stats_,
             .log = log,
             .on_commit = [this] { dirty_ = true; },
             .on_full_links = [](const std::vector<FullLink>&) {}},
      takeover_(parts_) {}

void DrainLoop::on_full_links(std::function<void(const std::vector<FullLink>&)> handler) {
  parts_.on_full_links = std::move(handler);
}

asio::awaitable<void> DrainLoop::run() {
  commands_.start();
  co_await work_until_stopped();

  std::size_t running = shards_.size();
  for (auto& [name, shard] : shards_) {
    shard->stop([this, &running] {
      --running;
      timer_.cancel();
    });
  }
  while (running > 0 || !retired_.empty()) {
    boost::system::error_code cancelled;
    timer_.expires_after(1h);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  if (commands_.ready()) co_await publish();
  commands_.stop();
}

void DrainLoop::stop() {
  stopping_ = true;
  timer_.cancel();
}

// Lines that an older program could not read (shipping.md rule 9).
asio::awaitable<void> DrainLoop::retry_dead_letters() {
  ClickLineParser parser;
  Batch batch;
  std::int64_t after = 0;
  while (!stopping_) {
    const auto letters = co_await parts_.store.read([&](Store& store) {
      return store.dead_letters(dead_reason::unknown_version, after, dead_page);
    });
    if (!letters || letters->empty()) co_return;
    after = letters->back().id;
    batch.clear();
    retry_dead(*letters, parser, batch);
    if (batch.empty()) continue;
    batch.sort();
    const auto outcome = co_await parts_.store.run(
        Priority::drain, [&](Store& store) { return store.commit_batch(batch, unix_ms()); });
    if (!outcome) co_return;  // they stay for the next start
    log_.info("drain.dead_letters_solved", "Lines of a newer version have become clicks",
              {{"count", batch.clicks().size()}});
  }
}

asio::awaitable<void> DrainLoop::work_until_stopped() {
  auto looked_around = std::chrono::steady_clock::time_point{};
  auto looked_for_ended = looked_around;
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    const bool able = commands_.ready() && parts_.leases.slot().held();
    const bool look_around = able && now - looked_around >= look_around_every;
    if (look_around) {
      looked_around = now;
      co_await find_shards();
    }
    if (able && now - looked_for_ended >= options_.look_for_ended_every) {
      looked_for_ended = now;
      co_await take_over();
    }
    // What other trackers commit shows only when it is looked for.
    if (able && (dirty_ || look_around || takeover_.trackers() > 1)) {
      dirty_ = false;
      co_await publish();
    }
    if (!stopping_) co_await sleep(options_.publish_every);
  }
}

asio::awaitable<void> DrainLoop::take_over() {
  const std::set<std::string> unread_shards = co_await takeover_.look(shard_names());
  for (const std::string& shard : unread_shards) {
    shards_.at(shard)->read_what_is_pending();
  }
}

asio::awaitable<void> DrainLoop::publish() {
  if (!parts_.folding.held()) {
    publisher_.reset();
    co_return;
  }
  if (!publisher_ || folding_term_ != parts_.folding.term()) {
    folding_term_ = parts_.folding.term();
    publisher_.emplace(parts_);
    co_await retry_dead_letters();
  }
  co_await publisher_->cycle(shard_names(), unix_ms());
}

asio::awaitable<void> DrainLoop::find_shards() {
  const auto names = co_await ask(commands_, redis::Command{"HKEYS", redis_keys::stream}, deadline);
  if (!names) co_return;
  std::set<std::string> listed;
  const std::size_t count = std::min(names->size(), limits::stream_shards_max);
  for (std::size_t i = 0; i < count; ++i) listed.emplace((*names)[i].text());
  for (const std::string& shard : listed) add_shard(shard);
  if (shards_.empty()) add_shard(std::string{redis_keys::default_shard});
  // An empty list is a Redis that has forgotten it.
  if (!listed.empty()) co_await retire_removed(std::move(listed));
}

// A shard that is not listed any more is drained until it is empty, and for some time more, in
// which every edge hears of it. (Who hears later sends again what it owes, to another shard.)
asio::awaitable<void> DrainLoop::retire_removed(std::set<std::string> listed) {
  const auto now = std::chrono::steady_clock::now();
  for (const std::string& shard : shard_names()) {
    if (listed.contains(shard)) {
      empty_since_.erase(shard);
      continue;
    }
    const auto length =
        co_await ask(commands_, redis::Command{"XLEN", redis_keys::clicks(shard)}, deadline);
    if (!length || length->integer() > 0) {
      empty_since_.erase(shard);
    } else if (empty_since_.try_emplace(shard, now).first->second + removed_shard_wait <= now) {
      retire(shard);
      co_await ask(commands_, redis::Command{"DEL", redis_keys::clicks(shard)}, deadline);
      co_await ask(commands_,
                   redis::Command{"HDEL", redis_keys::committed, redis_keys::through(shard)},
                   deadline);
      log_.info("drain.shard_removed", "a removed shard was drained", {{"shard", shard}});
    }
  }
}

void DrainLoop::retire(const std::string& shard) {
  empty_since_.erase(shard);
  const auto found = shards_.find(shard);
  ShardDrain* const drain = found->second.get();
  retired_.push_back(std::move(found->second));
  shards_.erase(found);
  drain->stop([this, drain] {
    std::erase_if(retired_, [drain](const auto& one) { return one.get() == drain; });
    timer_.cancel();
  });
}

asio::awaitable<void> DrainLoop::sleep(std::chrono::milliseconds wait) {
  boost::system::error_code cancelled;
  timer_.expires_after(wait);
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

std::vector<std::string> DrainLoop::shard_names() const {
  std::vector<std::string> names;
  for (const auto& [name, shard] : shards_) names.push_back(name);
  return names;
}

void DrainLoop::add_shard(const std::string& shard) {
  auto& drain = shards_[shard];
  if (drain != nullptr) return;
  drain = std::make_unique<ShardDrain>(parts_, shard);
  drain->start();
}

}  // namespace waymark::tracker
