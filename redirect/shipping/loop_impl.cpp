#include "redirect/shipping/loop_impl.hpp"

#include "common/redis/keys.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::redirect {
namespace {

using Clock = std::chrono::steady_clock;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds tick_interval{1'000};
// The end waits for a server that has just gone, not for one that is known to be away: visitors may
// be waiting for the next process.
constexpr milliseconds absence_max{2'000};

}  // namespace

ShippedOrigin::ShippedOrigin(OriginKind its_kind, ShipperRules rules,
                             std::shared_ptr<OriginJournal> its_journal, std::string_view edge)
    : kind(its_kind),
      journal(std::move(its_journal)),
      reader(*journal),
      shipper(rules, kind,
              kind == OriginKind::own ? SequenceRange{1, 0}
                                      : SequenceRange{journal->first(), journal->last()}),
      key(journal->key()),
      text(fmt::format("{}/{}", edge, key)) {}

ShippingLoop::Impl::Impl(LoopOptions options, std::shared_ptr<OriginJournal> own,
                         JournalWriter& writer, ShipWindow& window, Log& log, LoopFigures& figures,
                         boost::asio::io_context& io)
    : options_(std::move(options)),
      writer_(writer),
      window_(window),
      log_(log),
      figures_(figures),
      io_(io) {
  origins_.push_back(std::make_shared<ShippedOrigin>(OriginKind::own, options_.rules,
                                                     std::move(own), options_.edge));
}

void ShippingLoop::Impl::start() {
  redis::ConnectionOptions connection;
  connection.url = options_.url;
  connection.name = fmt::format("edge-shipping-{}", options_.thread);
  redis_.emplace(io_, std::move(connection), log_);
  wake_timer_.emplace(io_);
  tick_timer_.emplace(io_);
  redis_->on_ready([this] {
    asking_ = making_ = false;
    for (const OriginPtr& origin : origins_) note_server(*origin);
    ask_shards();
    write_report();
  });
  redis_->on_lost([this](error_code) { figures_.shipping = false; });
  redis_->on_servers_changed([this] {
    for (const OriginPtr& origin : origins_) note_server(*origin);
  });
  redis_->start();
  reached_ = Clock::now();
  tick();
}

void ShippingLoop::Impl::adopt(const AdoptedEpoch& epoch) {
  for (const auto& journal : epoch.origins) {
    auto origin = std::make_shared<ShippedOrigin>(OriginKind::adopted, options_.rules, journal,
                                                  options_.edge);
    origins_.push_back(std::move(origin));
  }
}

void ShippingLoop::Impl::forget(const std::string& epoch) {
  std::erase_if(origins_, [&](const OriginPtr& origin) {
    if (origin->kind == OriginKind::own || origin->journal->epoch() != epoch) return false;
    past_ += origin->shipper.counts();
    window_.change(origin->kind, std::exchange(origin->window_part, 0), 0);
    forgets_.push_back({redis_keys::committed, origin->key});
    return true;
  });
  forgets_.push_back({redis_keys::edges, epoch});
  send_forgets();
}

void ShippingLoop::Impl::finish(milliseconds at_most, std::function<void()> done) {
  done_ = std::move(done);
  finish_by_ = Clock::now() + at_most;
  origins_.front()->shipper.hurry();
  write_report();  // with the last numbers
  run();
}

// Once a second.
void ShippingLoop::Impl::tick() {
  if (closed_) return;
  tick_timer_->expires_after(tick_interval);
  tick_timer_->async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->tick();
  });
  if (is_reachable()) reached_ = Clock::now();
  writer_.leave_failed_segment();
  for (const OriginPtr& origin : origins_) {
    if (const Sequence first = origin->journal->first(); first != 0) {
      origin->shipper.let_go_before(first);
    }
  }
  ask_shards();
  write_report();
  send_forgets();
  publish();
  run();
}

// --- Sending ---

void ShippingLoop::Impl::run() {
  if (closed_) return;
  const Time now = Clock::now();
  Time until = finish_by_;
  // Adopted origins first: what a busy own origin leaves of the window could be nothing for ever,
  // while they take at most half.
  for (auto origin = origins_.rbegin(); origin != origins_.rend(); ++origin) {
    until = std::min(until, ship(*origin, now));
  }
  if (until <= now) {
    run_again();
  } else {
    wake_later(until);
  }
  finish_if_done();
}

// One entry at a time: visitors come in between.
ShippingLoop::Impl::Time ShippingLoop::Impl::ship(const OriginPtr& origin, Time now) {
  const bool own = origin->kind == OriginKind::own;
  if (own) origin->shipper.appended(writer_.last(), writer_.bytes_written());
  const auto order = origin->shipper.next(now, window_.room(origin->kind));
  switch (order.kind) {
    case Shipper::Order::Kind::send:
      send_batch(origin, order, now);
      return now;
    case Shipper::Order::Kind::end:
      send_end(origin);
      return now;
    case Shipper::Order::Kind::wait:
      break;
  }
  if (own) writer_.wake_at(order.until_bytes, &Impl::wake, this);
  return order.until;
}

void ShippingLoop::Impl::send_batch(const OriginPtr& origin, const Shipper::Order& order,
                                    Time now) {
  const JournalBatch batch = origin->reader.read(order.range, order.bytes_max, lines_);
  const SequenceRange range = batch.range;
  origin->shipper.sending(range, batch.bytes, batch.lost(), now);
  account(*origin);
  if (batch.lost()) {
    log_.error("journal.lost", "clicks in the journal cannot be read",
               {{"origin", origin->text},
                {"first", range.first},
                {"last", range.last},
                {"reason", batch.reason}});
  }
  auto command = batch.lost() ? ship_loss(origin->stream_key, origin->text, range, batch.reason)
                              : ship_lines(origin->stream_key, origin->text, range.first, lines_);
  redis_->send(std::move(command), command_deadline,
               [self = shared_from_this(), origin, range, servers = origin->servers](
                   error_code error, redis::Reply reply) {
                 if (servers != origin->servers) error = Errc::redis_connection_lost;
                 self->on_entry_reply(origin, range, error, reply);
               });
}

void ShippingLoop::Impl::on_entry_reply(const OriginPtr& origin, SequenceRange range,
                                        error_code error, redis::ReplyView reply) {
  if (closed_) return;
  const auto id = error ? std::nullopt : parse_stream_id(reply.text());
  if (id) {
    origin->shipper.sent(range, *id);
  } else if (!error && reply.is_nil()) {
    origin->shipper.stream_missing(range);
    origin->stream_missing = true;
    ask_shards();
  } else {
    const double jitter = std::uniform_real_distribution<double>{0, 1}(random_);
    origin->shipper.failed(range, Clock::now(), jitter);
    if (!error) {
      log_.warning("shipping.refused", "Redis refused clicks; they stay in the journal",
                   {{"reply", reply.text()}});
    }
  }
  account(*origin);
  run_again();  // not now: many replies may come in one piece, and a visitor with each
}

void ShippingLoop::Impl::send_end(const OriginPtr& origin) {
  origin->shipper.end_sent();
  // Lost with the stream it is only missed by the housekeeping of the tracker.
  redis_->send(ship_end(origin->stream_key, origin->text, origin->journal->last()),
               command_deadline, [](error_code, const redis::Reply&) {});
  log_.info("shipping.epoch_finished", "everything another process left behind is in the store",
            {{"origin", origin->key}, {"last", origin->journal->last()}});
}

// --- The rest ---

// Tells the shipper who holds the stream of its shard now: after a failover, a restart or a move of
// the slot it sends again what it owes (rule 5a).
void ShippingLoop::Impl::note_server(ShippedOrigin& origin) {
  if (closed_ || origin.stream_key.empty()) return;
  const redis::ServerInfo* const server = redis_->server_of(origin.stream_key);
  if (server == nullptr) {
    origin.shipper.disconnected();
    return;
  }
  if (server->run_id != origin.run_id) {
    origin.run_id = server->run_id;
    ++origin.servers;
  }
  origin.shipper.connected(server->run_id);
  account(origin);
}

void ShippingLoop::Impl::write_report() {
  if (!options_.report || !redis_->ready()) return;
  ++reports_under_way_;
  redis_->send(redis::Command{"HSET", redis_keys::edges, origins_.front()->journal->epoch(),
                              options_.report()},
               command_deadline, [this](error_code, const redis::Reply&) {
                 --reports_under_way_;
                 finish_if_done();
               });
}

void ShippingLoop::Impl::send_forgets() {
  if (forgets_.empty() || !redis_->ready()) return;
  for (const Forget& forget : forgets_) {
    redis_->send(redis::Command{"HDEL", forget.key, forget.field}, command_deadline,
                 [](error_code, const redis::Reply&) {});
  }
  forgets_.clear();
}

void ShippingLoop::Impl::account(ShippedOrigin& origin) {
  const std::uint64_t part = origin.shipper.window_bytes();
  window_.change(origin.kind, std::exchange(origin.window_part, part), part);
}

void ShippingLoop::Impl::publish() {
  Shipper::Counts sum = past_;
  std::uint64_t adopted_owed = 0;
  for (const OriginPtr& origin : origins_) {
    sum += origin->shipper.counts();
    if (origin->kind == OriginKind::adopted) adopted_owed += origin->shipper.owed();
  }
  const Shipper& own = origins_.front()->shipper;
  figures_.committed = own.stored();
  figures_.own_lost = own.counts().lost;
  figures_.adopted_owed = adopted_owed;
  figures_.lines = sum.lines;
  figures_.lines_again = sum.lines_again;
  figures_.entries = sum.entries;
  figures_.lost = sum.lost;
  figures_.errors = sum.errors;
  figures_.alarms = sum.alarms;
  figures_.shipping = redis_->ready() && own.stream_ready();
}

bool ShippingLoop::Impl::is_reachable() {
  const std::string& stream = origins_.front()->stream_key;  // unknown before the first reading
  return stream.empty() ? redis_->ready() : redis_->server_of(stream) != nullptr;
}

void ShippingLoop::Impl::finish_if_done() {
  if (!done_) return;
  const OriginPtr& own = origins_.front();
  const Time now = Clock::now();
  const bool in_vain = now >= finish_by_ || (now >= reached_ + absence_max && !is_reachable());
  if ((reports_under_way_ > 0 || !own->shipper.all_sent()) && !in_vain) return;
  publish();
  const auto level = own->shipper.all_sent() ? &Log::info : &Log::warning;
  (log_.*level)("shipping.finished", "what is owed stays in the journal; any edge on it ships it",
                {{"origin", own->key},
                 {"owed", own->shipper.owed()},
                 {"unsent", !own->shipper.all_sent()},
                 {"folder", options_.folder}});
  const auto done = std::exchange(done_, nullptr);  // closing fails what is under way: back to here
  close();
  done();
}

void ShippingLoop::Impl::close() {
  closed_ = true;
  writer_.wake_at(~std::uint64_t{0}, &Impl::wake, this);
  redis_->stop();
  wake_timer_.reset();
  tick_timer_.reset();
  figures_.shipping = false;
}

void ShippingLoop::Impl::wake_later(Time until) {
  if (until >= armed_for_) return;  // waking once too often is cheaper than arming each time
  armed_for_ = until;
  wake_timer_->expires_at(until);
  wake_timer_->async_wait([self = shared_from_this()](error_code error) {
    if (error) return;
    self->armed_for_ = Time::max();
    self->run();
  });
}

void ShippingLoop::Impl::run_again() {
  if (std::exchange(running_again_, true)) return;
  boost::asio::post(io_, [self = shared_from_this()] {
    self->running_again_ = false;
    self->run();
  });
}

// Called by the writer in the middle of a request: the answer goes first.
void ShippingLoop::Impl::wake(void* self) {
  static_cast<Impl*>(self)->run_again();
}

}  // namespace waymark::redirect
