#include "tracker/drain/shard_drain.hpp"

#include "common/clock.hpp"
#include "common/redis/keys.hpp"
#include "common/rethrow.hpp"
#include "tracker/drain/requests.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using redis::Command;

namespace {

constexpr std::chrono::milliseconds deadline{5'000};
constexpr std::string_view dead_copies_max = "10000";  // of wm:clicks:dead

}  // namespace

ShardDrain::ShardDrain(const DrainParts& parts, std::string shard)
    : parts_(parts),
      shard_(std::move(shard)),
      key_(redis_keys::clicks(shard_)),
      reader_(parts.io, {.url = parts.options.url, .name = "tracker-read-" + shard_}, parts.log),
      redis_timer_(parts.io),
      store_timer_(parts.io),
      entry_reader_(key_) {}

void ShardDrain::start() {
  reader_.start();
  tell(Started{});
}

void ShardDrain::read_what_is_pending() {
  tell(PendingGrew{});
}

void ShardDrain::stop(std::function<void()> done) {
  done_ = std::move(done);
  stopping_ = true;
  tell(StopAsked{});
  // Ends a waiting read and the pauses.
  reader_.stop();
  redis_timer_.cancel();
  store_timer_.cancel();
}

void ShardDrain::tell(DrainEvent event) {
  events_.push_back(event);
  if (std::exchange(performing_, true)) return;
  while (!events_.empty()) {
    const DrainEvent next = events_.front();
    events_.pop_front();
    for (const Do& action : drain_.step(next)) perform(action);
  }
  performing_ = false;
}

void ShardDrain::perform(const Do& action) {
  switch (action.what) {
    case Do::What::prepare:
      return spawn(prepare());
    case Do::What::read_pending:
    case Do::What::read_new:
      return spawn(read(action));
    case Do::What::store:
      std::swap(reading_, storing_);
      return spawn(store());
    case Do::What::store_again:
      return spawn(store());
    case Do::What::acknowledge:
      copy_dead(storing_.batch);
      return spawn(acknowledge(std::exchange(storing_.entries, {})));
    case Do::What::pause_redis:
      return spawn(pause(redis_timer_, action.wait, RedisPauseOver{}));
    case Do::What::pause_store:
      return spawn(pause(store_timer_, action.wait, StorePauseOver{}));
    case Do::What::finish:
      return asio::post(parts_.io, std::exchange(done_, nullptr));
  }
}

void ShardDrain::spawn(asio::awaitable<DrainEvent> task) {
  asio::co_spawn(parts_.io, std::move(task),
                 [this](const std::exception_ptr& bug, DrainEvent event) {
                   rethrow(bug);
                   tell(event);
                 });
}

// Without the lease another may have taken over what is pending under this name, or have the name.
// What is in hand is finished all the same: it is stored once by its ids, and settled then.
bool ShardDrain::is_ourselves() const noexcept {
  const Lease& slot = parts_.leases.slot();
  return slot.held() && slot.term() == lease_term_;
}

asio::awaitable<DrainEvent> ShardDrain::prepare() {
  if (!parts_.leases.slot().held()) co_return PrepareFailed{};
  consumer_ = parts_.leases.tracker();
  lease_term_ = parts_.leases.slot().term();
  const auto prepared = co_await prepare_stream(parts_.commands, shard_);
  if (!prepared) {
    co_return redis_failed("prepare", prepared.error(), PrepareFailed{});
  }
  co_return Prepared{};
}

asio::awaitable<DrainEvent> ShardDrain::read(Do action) {
  if (!is_ourselves()) co_return ReadFailed{};
  const auto block = parts_.options.read_block;
  Command command{"XREADGROUP", "GROUP", redis_keys::drain_group, consumer_};
  command.add("COUNT").add(static_cast<std::int64_t>(action.count));
  const bool fresh = action.what == Do::What::read_new;
  if (fresh) command.add("BLOCK").add(static_cast<std::int64_t>(block.count()));
  command.add("STREAMS").add(key_).add(fresh ? std::string{">"} : action.after.text());
  const auto reply = co_await ask(reader_, std::move(command), block + deadline);
  if (!reply) {
    co_return redis_failed("read", reply.error(), ReadFailed{});
  }
  co_return take((*reply)[0][1]);
}

Read ShardDrain::take(redis::ReplyView entries) {
  reading_.clear();
  Read result;
  const std::uint64_t now = unix_ms();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry entry = read_entry(entries[i]);
    const auto id = parse_stream_id(entry.id);
    if (!id) continue;
    if (i == 0) parts_.stats.lag_ms = now > id->ms ? now - id->ms : 0;
    if (entry.gone) ++parts_.stats.entries_gone;
    entry_reader_.read(entry, now, reading_.batch);
    reading_.entries.emplace_back(entry.id);
    ++result.entries;
    result.bytes += entry.body.size();
    result.last = *id;
  }
  if (result.entries == 0) parts_.stats.lag_ms = 0;
  reading_.batch.sort();
  return result;
}

asio::awaitable<DrainEvent> ShardDrain::store() {
  const auto begin = std::chrono::steady_clock::now();
  const std::uint64_t now = unix_ms();
  const Result<BatchOutcome> outcome =
      co_await parts_.store.run(Priority::drain, [this, now](Store& store) {
        auto committed = store.commit_batch(storing_.batch, now);
        if (!committed) storing_.failure = store.failure();
        return committed;
      });
  if (!outcome) {
    ++parts_.stats.store_failures;
    parts_.log.warning(
        "drain.store_failed", "A batch could not be stored; it is tried again",
        {{"shard", shard_}, {"error", outcome.error().message()}, {"cause", storing_.failure}});
    co_return StoreFailed{};
  }
  count(*outcome, std::chrono::duration_cast<std::chrono::microseconds>(
                      std::chrono::steady_clock::now() - begin));
  if (!outcome->full_links.empty()) parts_.on_full_links(outcome->full_links);
  parts_.on_commit();
  co_return Stored{};
}

void ShardDrain::count(const BatchOutcome& outcome, std::chrono::microseconds took) {
  DrainStats& stats = parts_.stats;
  stats.read += outcome.stored + outcome.duplicate + outcome.dead + outcome.late;
  stats.stored += outcome.stored;
  stats.duplicate += outcome.duplicate;
  stats.dead += outcome.dead;
  stats.late += outcome.late;
  stats.commit_us += static_cast<std::uint64_t>(took.count());
  ++stats.batches;
  if (outcome.dead > 0) {
    parts_.log.warning("drain.dead_letters", "Lines were put aside in table dead_letters",
                       {{"shard", shard_}, {"count", outcome.dead}});
  }
}

asio::awaitable<DrainEvent> ShardDrain::acknowledge(std::vector<std::string> entries) {
  Command command{"XACK", key_, redis_keys::drain_group};
  for (const std::string& id : entries) command.add(id);
  const auto reply = co_await ask(parts_.commands, std::move(command), deadline);
  if (!reply) {
    co_return redis_failed("acknowledge", reply.error(), AcknowledgeFailed{});
  }
  parts_.stats.entries += entries.size();
  parts_.on_commit();
  co_return Acknowledged{};
}

// For people who watch with redis-cli; the store's table is what counts, so nothing waits for it.
void ShardDrain::copy_dead(const Batch& batch) {
  for (const DeadLetter& letter : batch.dead()) {
    Command copy{"XADD", redis_keys::dead, "MAXLEN", "~", dead_copies_max, "*"};
    copy.add("stream").add(letter.stream).add("entry").add(letter.entry);
    copy.add("origin").add(letter.origin).add("sequence");
    copy.add(static_cast<std::int64_t>(letter.sequence));
    copy.add("reason").add(letter.reason).add("line").add(letter.line);
    parts_.commands.send(std::move(copy), deadline, [](boost::system::error_code, redis::Reply) {});
  }
}

asio::awaitable<DrainEvent> ShardDrain::pause(asio::steady_timer& timer,
                                              std::chrono::milliseconds wait, DrainEvent after) {
  if (!stopping_) {
    boost::system::error_code cancelled;
    timer.expires_after(wait);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  co_return after;
}

DrainEvent ShardDrain::redis_failed(std::string_view doing, boost::system::error_code error,
                                    DrainEvent event) {
  if (!stopping_) {
    ++parts_.stats.redis_failures;
    // A connection that is away says so itself.
    if (error == make_error_code(Errc::redis_refused)) {
      parts_.log.warning("drain.redis_refused", "Redis refused a command of the drain",
                         {{"shard", shard_}, {"doing", doing}});
    }
  }
  return event;
}

}  // namespace waymark::tracker
