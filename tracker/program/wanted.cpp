#include "tracker/program/wanted.hpp"

#include "common/redis/client.hpp"
#include "common/redis/keys.hpp"
#include "common/rethrow.hpp"
#include "tracker/program/ask_all.hpp"
#include "tracker/program/held_keys.hpp"
#include "tracker/program/wanted_records.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace waymark::tracker {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds deadline{2'000};
constexpr std::chrono::milliseconds pause_after_failure{200};
constexpr std::size_t batch_max = 200;
constexpr int attempts_max = 3;  // against changes that come in between
constexpr std::string_view absent_seconds = "30";

void add_wants(std::vector<Want>& wants, std::string_view text) {
  auto want = parse_want(text);
  if (want && std::ranges::find(wants, *want) == wants.end()) wants.push_back(std::move(*want));
}

std::vector<redis::Command> commands_of(const WantedRecord& record) {
  std::vector<redis::Command> commands;
  redis::Command& set = commands.emplace_back("HSET", record.key);
  for (const auto& [name, value] : record.fields) set.add(name).add(value);
  if (!record.fields.empty()) return commands;
  set.add(redis_keys::absent_field).add(redis_keys::absent_value);
  commands.emplace_back("EXPIRE", record.key, absent_seconds);
  return commands;
}

// Of `written` those that are not what the store has `now`; what it does not name any more is gone.
std::vector<WantedRecord> changed_since(const std::vector<WantedRecord>& written,
                                        const std::vector<WantedRecord>& now) {
  std::vector<WantedRecord> changed;
  for (const WantedRecord& record : written) {
    const auto present = std::ranges::find(now, record.key, &WantedRecord::key);
    if (present == now.end()) {
      if (!record.fields.empty()) changed.push_back({record.key, {}});
    } else if (present->fields != record.fields) {
      changed.push_back(*present);
    }
  }
  return changed;
}

std::vector<std::string> keys_of(const std::vector<WantedRecord>& records) {
  std::vector<std::string> keys;
  for (const WantedRecord& record : records) keys.push_back(record.key);
  return keys;
}

}  // namespace

class Wanted::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, redis::Url url, StoreThread& store, Log& log)
      : io_(io),
        store_(store),
        log_(log),
        connection_(io, {.url = std::move(url), .name = "tracker-wanted"}, log),
        pause_(io) {}

  void start() {
    connection_.start();
    boost::asio::co_spawn(
        io_, [self = shared_from_this()] { return self->run(); }, rethrow);
  }
  void stop() {
    stopping_ = true;
    connection_.stop();
    pause_.cancel();
  }

  WantedCounts counts_;

 private:
  enum class Outcome { written, overtaken, failed };
  using Records = std::vector<WantedRecord>;

  awaitable<void> run();
  awaitable<std::vector<Want>> take();
  awaitable<void> serve(std::vector<Want> wants);
  awaitable<Outcome> attempt(std::vector<Want> wants);
  awaitable<Outcome> write(Records records);
  awaitable<Outcome> attempt_in_cluster(std::vector<Want> wants);
  awaitable<bool> write_each(Records records);
  void count(const Records& records);
  awaitable<Result<Records>> read(std::vector<Want> wants);
  awaitable<Result<redis::Reply>> ask(redis::Command command) {
    return connection_.request(std::move(command), deadline, use_awaitable);
  }
  awaitable<void> pause();

  boost::asio::io_context& io_;
  StoreThread& store_;
  Log& log_;
  redis::Client connection_;
  boost::asio::steady_timer pause_;
  bool stopping_ = false;
};

awaitable<void> Wanted::Impl::run() {
  const auto self = shared_from_this();  // the frame outlives the Wanted while it waits
  while (!stopping_) {
    std::vector<Want> wants = co_await take();
    if (stopping_) co_return;
    if (!wants.empty()) co_await serve(std::move(wants));
  }
}

// Waits for the first, then takes what else is there. Returns empty-handed now and then.
awaitable<std::vector<Want>> Wanted::Impl::take() {
  std::vector<Want> wants;
  redis::Command pop{"BLPOP", redis_keys::want, "1"};
  const auto first = co_await ask(std::move(pop));
  if (!first || first->is_error()) {
    if (first) log_.warning("wanted.refused", "Redis refused", {{"reply", first->text()}});
    co_await pause();
    co_return wants;
  }
  if (first->is_nil()) co_return wants;
  ++counts_.wants;
  add_wants(wants, (*first)[1].text());
  redis::Command more{"LPOP", redis_keys::want, std::to_string(batch_max - 1)};
  const auto rest = co_await ask(std::move(more));
  if (!rest) co_return wants;
  for (std::size_t i = 0; i < rest->size(); ++i) add_wants(wants, (*rest)[i].text());
  counts_.wants += rest->size();
  co_return wants;
}

awaitable<void> Wanted::Impl::serve(std::vector<Want> wants) {
  Outcome outcome = Outcome::overtaken;
  for (int i = 0; i < attempts_max && outcome == Outcome::overtaken && !stopping_; ++i) {
    outcome = co_await attempt(wants);
  }
  if (outcome == Outcome::written || stopping_) co_return;
  ++counts_.failures;
  log_.warning("wanted.failed", "Links that edges asked for were not written; they ask again",
               {{"links", wants.size()}});
  co_await pause();
}

// The keys are watched before the store is read: what Mirror writes in between undoes this attempt,
// so that an older record never replaces a newer one.
awaitable<Wanted::Impl::Outcome> Wanted::Impl::attempt(std::vector<Want> wants) {
  if (connection_.is_cluster()) co_return co_await attempt_in_cluster(std::move(wants));
  auto records = co_await read(wants);
  if (!records) co_return Outcome::failed;
  redis::Command watch{"WATCH"};
  for (const WantedRecord& record : *records) watch.add(record.key);
  const auto watched = co_await ask(std::move(watch));
  if (!watched || watched->is_error()) co_return Outcome::failed;
  const std::vector<std::string> known = keys_of(*records);
  records = co_await read(std::move(wants));
  if (!records) co_return Outcome::failed;
  if (keys_of(*records) != known) co_return Outcome::overtaken;
  const auto held = co_await held_keys(connection_, known, deadline);
  if (!held) co_return Outcome::failed;
  Records missing;
  for (std::size_t i = 0; i < records->size(); ++i) {
    if (!(*held)[i]) missing.push_back(std::move((*records)[i]));
  }
  co_return co_await write(std::move(missing));
}

awaitable<Result<Wanted::Impl::Records>> Wanted::Impl::read(std::vector<Want> wants) {
  return store_.read(
      [wants = std::move(wants)](Store& store) { return wanted_records(store, wants); });
}

awaitable<Wanted::Impl::Outcome> Wanted::Impl::write(Records records) {
  const auto ignore = [](boost::system::error_code, const redis::Reply&) {};
  connection_.send({"MULTI"}, deadline, ignore);
  for (const WantedRecord& record : records) {
    for (redis::Command& command : commands_of(record)) {
      connection_.send(std::move(command), deadline, ignore);
    }
  }
  redis::Command exec{"EXEC"};
  const auto done = co_await ask(std::move(exec));
  if (!done || done->is_error()) co_return Outcome::failed;
  if (done->is_nil()) co_return Outcome::overtaken;
  for (std::size_t i = 0; i < done->size(); ++i) {
    if ((*done)[i].is_error()) co_return Outcome::failed;
  }
  count(records);
  co_return Outcome::written;
}

void Wanted::Impl::count(const Records& records) {
  for (const WantedRecord& record : records) {
    ++(record.fields.empty() ? counts_.absences : counts_.records);
  }
}

// Keys of different slots cannot be watched together. So the store is read again after the writing:
// what has changed meanwhile may have overwritten what Mirror wrote of the change, and is written
// again. (What changes later, Mirror writes later.)
awaitable<Wanted::Impl::Outcome> Wanted::Impl::attempt_in_cluster(std::vector<Want> wants) {
  auto records = co_await read(wants);
  if (!records) co_return Outcome::failed;
  const auto held = co_await held_keys(connection_, keys_of(*records), deadline);
  if (!held) co_return Outcome::failed;
  Records missing;
  for (std::size_t i = 0; i < records->size(); ++i) {
    if (!(*held)[i]) missing.push_back(std::move((*records)[i]));
  }
  for (int i = 0; i < attempts_max && !missing.empty(); ++i) {
    if (!co_await write_each(missing)) co_return Outcome::failed;
    count(missing);
    const auto now = co_await read(wants);
    if (!now) co_return Outcome::failed;
    missing = changed_since(missing, *now);
  }
  co_return missing.empty() ? Outcome::written : Outcome::overtaken;
}

awaitable<bool> Wanted::Impl::write_each(Records records) {
  std::vector<std::vector<redis::Command>> transactions;
  for (const WantedRecord& record : records) {
    auto& commands = transactions.emplace_back();
    commands.emplace_back("DEL", record.key);
    for (redis::Command& command : commands_of(record)) commands.push_back(std::move(command));
  }
  const auto done = co_await transact_all(connection_, std::move(transactions), deadline);
  if (!done) co_return false;
  for (const redis::Reply& reply : *done) {
    if (reply.is_error()) co_return false;
  }
  co_return true;
}

awaitable<void> Wanted::Impl::pause() {
  pause_.expires_after(pause_after_failure);
  boost::system::error_code cancelled;
  co_await pause_.async_wait(boost::asio::redirect_error(use_awaitable, cancelled));
}

Wanted::Wanted(boost::asio::io_context& io, redis::Url url, StoreThread& store, Log& log)
    : impl_(std::make_shared<Impl>(io, std::move(url), store, log)) {}

Wanted::~Wanted() {
  impl_->stop();
}

void Wanted::start() {
  impl_->start();
}

void Wanted::stop() {
  impl_->stop();
}

const WantedCounts& Wanted::counts() const noexcept {
  return impl_->counts_;
}

}  // namespace waymark::tracker
