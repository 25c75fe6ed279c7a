#include "redirect/shipping/shipping.hpp"

#include "common/clock.hpp"
#include "redirect/journal/adoption.hpp"
#include "redirect/journal/keeper.hpp"
#include "redirect/shipping/shipping_loop.hpp"
#include "redirect/shipping/window.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace waymark::redirect {
namespace {

namespace json = boost::json;
constexpr std::chrono::seconds adoption_interval{5};
constexpr std::size_t known_origins_max = 1'024;  // in a report

}  // namespace

class Shipping::Impl {
 public:
  Impl(JournalOptions journal, ShipOptions ship, redis::Url url, unsigned threads, EdgeInfo info,
       boost::asio::io_context& control_io, Log& log);
  ~Impl();

  JournalWriter& writer(unsigned thread) noexcept { return *writers_[thread]; }
  void start(unsigned thread, boost::asio::io_context& io);
  void finish(std::chrono::milliseconds at_most, std::function<void()> done);
  const std::string& epoch() const noexcept { return epoch_; }
  ShippingStats stats() const;

 private:
  std::string report() const;
  boost::json::object known() const;
  void adopt_all();
  void adopt(std::uint64_t epoch);
  bool stopping() const;
  void stop_adoption();

  const JournalOptions options_;
  const EdgeInfo info_;
  boost::asio::io_context& control_io_;
  Log& log_;
  ShipWindow window_;
  JournalKeeper keeper_;
  const std::string epoch_;
  // Writers end before the keeper, which syncs what they wrote.
  std::vector<std::unique_ptr<JournalWriter>> writers_;
  std::vector<std::unique_ptr<ShippingLoop>> loops_;
  std::atomic<unsigned> started_{0};
  std::atomic<unsigned> finished_{0};

  mutable std::mutex mutex_;
  std::condition_variable stop_changed_;
  bool stop_ = false;
  unsigned next_loop_ = 0;
  std::thread adopting_;
};

Shipping::Impl::Impl(JournalOptions journal, ShipOptions ship, redis::Url url, unsigned threads,
                     EdgeInfo info, boost::asio::io_context& control_io, Log& log)
    : options_(journal),
      info_(std::move(info)),
      control_io_(control_io),
      log_(log),
      window_(ship.window),
      keeper_(journal, EpochFolder::create(journal.dir), threads, log),
      epoch_(epoch_text(keeper_.folder().epoch())) {
  ShipperRules rules;
  rules.batch_bytes = ship.stream_batch_bytes;
  rules.linger = ship.stream_linger;
  for (unsigned thread = 0; thread < threads; ++thread) {
    writers_.push_back(std::make_unique<JournalWriter>(*keeper_.origin(thread)));
    LoopOptions options{.url = url,
                        .edge = info_.name,
                        .folder = keeper_.folder().path().string(),
                        .rules = rules,
                        .thread = thread,
                        .report = nullptr};
    if (thread == 0) options.report = [this] { return report(); };
    loops_.push_back(std::make_unique<ShippingLoop>(std::move(options), keeper_.origin(thread),
                                                    *writers_.back(), window_, log));
  }
}

Shipping::Impl::~Impl() {
  stop_adoption();
  if (adopting_.joinable()) adopting_.join();
  keeper_.stop();  // it may call loops
}

void Shipping::Impl::start(unsigned thread, boost::asio::io_context& io) {
  loops_[thread]->start(io);
  if (++started_ == loops_.size()) {
    adopting_ = std::thread{[this] { adopt_all(); }};
  }
}

void Shipping::Impl::finish(std::chrono::milliseconds at_most, std::function<void()> done) {
  stop_adoption();
  auto shared = std::make_shared<std::function<void()>>(std::move(done));
  for (const auto& loop : loops_) {
    loop->finish(at_most, [this, shared] {
      if (++finished_ == loops_.size()) {
        boost::asio::post(control_io_, [shared] { (*shared)(); });
      }
    });
  }
}

// --- Adoption (rule 1) ---

bool Shipping::Impl::stopping() const {
  const std::lock_guard lock{mutex_};
  return stop_;
}

void Shipping::Impl::stop_adoption() {
  const std::lock_guard lock{mutex_};
  stop_ = true;
  stop_changed_.notify_all();
}

void Shipping::Impl::adopt_all() {
  while (!stopping()) {
    remove_half_made(options_.dir);
    for (const std::uint64_t epoch : list_epochs(options_.dir)) {
      if (stopping()) return;
      adopt(epoch);  // our own folders are locked like anybody else's
    }
    std::unique_lock lock{mutex_};
    stop_changed_.wait_for(lock, adoption_interval, [&] { return stop_; });
  }
}

void Shipping::Impl::adopt(std::uint64_t epoch) {
  auto adopted = adopt_epoch(options_.dir, epoch, [this] { return stopping(); });
  if (!adopted) return;
  log_.info("journal.adopted", "shipping what another process left behind",
            {{"epoch", epoch_text(epoch)},
             {"clicks", adopted->records},
             {"damaged_places", adopted->damaged_places}});
  ShippingLoop* const loop = loops_[next_loop_++ % loops_.size()].get();
  loop->adopt(adopted);
  keeper_.add(std::move(adopted), [loop, epoch] { loop->forget(epoch_text(epoch)); });
}

// --- Figures ---

// The value of this epoch in wm:edges; shipping/README.md has its members.
std::string Shipping::Impl::report() const {
  json::object last;
  std::uint64_t full = 0;
  std::uint64_t io = 0;
  for (std::size_t thread = 0; thread < writers_.size(); ++thread) {
    const JournalWriter& writer = *writers_[thread];
    last[std::to_string(thread)] = writer.last();
    full += writer.dropped_full();
    io += writer.dropped_io();
  }
  json::array keys;
  if (info_.key_ids) {
    for (const std::string& id : info_.key_ids()) keys.emplace_back(id);
  }
  const std::uint64_t uncounted = info_.limits_uncounted ? info_.limits_uncounted() : 0;
  return json::serialize(json::object{{"name", info_.name},
                                      {"admin", info_.admin},
                                      {"version", info_.version},
                                      {"ts", unix_ms()},
                                      {"keys", std::move(keys)},
                                      {"last", std::move(last)},
                                      {"known", known()},
                                      {"ended", stopping()},
                                      {"limits_uncounted", uncounted},
                                      {"drops", {{"journal_full", full}, {"journal_io", io}}}});
}

json::object Shipping::Impl::known() const {
  json::object known;
  for (const auto& loop : loops_) {
    for (const auto& [origin, figure] : loop->figures().known.get()) {
      if (known.size() == known_origins_max) return known;
      known[origin] = figure.text();
    }
  }
  return known;
}

ShippingStats Shipping::Impl::stats() const {
  ShippingStats stats;
  stats.shipping = started_ == loops_.size();
  for (std::size_t thread = 0; thread < writers_.size(); ++thread) {
    const JournalWriter& writer = *writers_[thread];
    const LoopFigures& loop = loops_[thread]->figures();
    const std::uint64_t known = loop.committed + loop.own_lost;  // as of the last reading
    stats.committed += loop.committed;
    stats.owed += writer.last() - std::min(known, writer.last()) + loop.adopted_owed;
    stats.adopted_owed += loop.adopted_owed;
    stats.sent += loop.lines;
    stats.sent_again += loop.lines_again;
    stats.batches += loop.entries;
    stats.lost += loop.lost;
    stats.send_errors += loop.errors;
    stats.figure_alarms += loop.alarms;
    stats.shipping = stats.shipping && loop.shipping;
  }
  stats.sync_errors = keeper_.sync_errors();
  stats.window_bytes = window_.used();
  stats.disk_bytes = keeper_.disk_bytes();
  return stats;
}

// --- The interface ---

Shipping::Shipping(JournalOptions journal, ShipOptions ship, redis::Url stream_url,
                   unsigned threads, EdgeInfo info, boost::asio::io_context& control_io, Log& log)
    : impl_(std::make_unique<Impl>(std::move(journal), ship, std::move(stream_url), threads,
                                   std::move(info), control_io, log)) {}

Shipping::~Shipping() = default;

JournalWriter& Shipping::writer(unsigned thread) noexcept {
  return impl_->writer(thread);
}

void Shipping::start(unsigned thread, boost::asio::io_context& thread_io) {
  impl_->start(thread, thread_io);
}

void Shipping::finish(std::chrono::milliseconds at_most, std::function<void()> done) {
  impl_->finish(at_most, std::move(done));
}

const std::string& Shipping::epoch() const noexcept {
  return impl_->epoch();
}

ShippingStats Shipping::stats() const {
  return impl_->stats();
}

}  // namespace waymark::redirect
