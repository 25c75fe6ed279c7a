#include "tracker/program/wanted.hpp"

#include "common/redis/connection.hpp"
#include "common/redis/keys.hpp"
#include "tracker/program/held_keys.hpp"
#include "tracker/program/wanted_records.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
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
        io_, [self = shared_from_this()] { return self->run(); }, boost::asio::detached);
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
  awaitable<Result<Records>> read(std::vector<Want> wants);
  awaitable<Result<redis::Reply>> ask(redis::Command command) {
    return connection_.request(std::move(command), deadline, use_awaitable);
  }
  awaitable<void> pause();

  boost::asio::io_context& io_;
  StoreThread& store_;
  Log& log_;
  redis::Connection connection_;
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
  std::uint64_t absences = 0;
  for (const WantedRecord& record : records) {
    redis::Command set{"HSET", record.key};
    for (const auto& [name, value] : record.fields) set.add(name).add(value);
    if (record.fields.empty()) set.add("absent").add("1");
    connection_.send(std::move(set), deadline, ignore);
    if (!record.fields.empty()) continue;
    connection_.send({"EXPIRE", record.key, absent_seconds}, deadline, ignore);
    ++absences;
  }
  redis::Command exec{"EXEC"};
  const auto done = co_await ask(std::move(exec));
  if (!done || done->is_error()) co_return Outcome::failed;
  if (done->is_nil()) co_return Outcome::overtaken;
  for (std::size_t i = 0; i < done->size(); ++i) {
    if ((*done)[i].is_error()) co_return Outcome::failed;
  }
  counts_.absences += absences;
  counts_.records += records.size() - absences;
  co_return Outcome::written;
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
