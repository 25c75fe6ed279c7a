#include "common/redis/connection.hpp"

#include "common/redis/connection_impl.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <strings.h>

#include <utility>

namespace waymark::redis {
namespace {

using boost::system::error_code;

// One coarse timer for all commands of a connection: deadlines are kept to within this.
constexpr std::chrono::milliseconds tick_interval{20};

bool is_message(ReplyView reply) {
  const std::string_view kind = reply[0].text();
  return kind == "message" || kind == "pmessage";
}

bool subscribes(const Command& command) {
  const std::string name{command.name()};
  return ::strcasecmp(name.c_str(), "SUBSCRIBE") == 0 ||
         ::strcasecmp(name.c_str(), "PSUBSCRIBE") == 0;
}

}  // namespace

void Connection::Impl::send(const Command& command, std::chrono::milliseconds deadline,
                            Handler handler) {
  if (stopped_) return;
  if (!ready_) return refuse(std::move(handler), Errc::redis_unavailable);
  const std::size_t waiting_bytes = outgoing_.size() + writing_.size() + command.encoded_bytes();
  if (waiting_.size() >= options_.waiting_commands_max ||
      waiting_bytes > options_.waiting_bytes_max) {
    return refuse(std::move(handler), Errc::redis_overloaded);
  }
  if (subscribes(command)) subscribed_ = true;
  command.append_to(outgoing_);
  waiting_.push(std::move(handler), deadline, Clock::now());
  schedule_flush();
  schedule_tick();
}

// The handler must not run inside send().
void Connection::Impl::refuse(Handler handler, Errc reason) {
  if (refused_.empty()) {
    boost::asio::post(io_, [self = shared_from_this()] { self->run_refused(); });
  }
  refused_.push_back({std::move(handler), reason});
}

void Connection::Impl::run_refused() {
  for (auto& [handler, reason] : std::exchange(refused_, {})) handler(reason, Reply{});
}

// At the end of the loop turn, so that all its commands leave in one write.
void Connection::Impl::schedule_flush() {
  if (flush_scheduled_ || !writing_.empty()) return;
  flush_scheduled_ = true;
  boost::asio::post(io_, [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->flush();
  });
}

void Connection::Impl::flush() {
  if (!ready_ || outgoing_.empty() || !writing_.empty()) return;
  writing_.swap(outgoing_);
  // Closing the socket completes the write with an error turns before a new connection can be
  // ready, so it is always the present connection's write that ends here.
  stream_.async_write(boost::asio::buffer(writing_),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        self->writing_.clear();
                        if (self->stopped_) return;
                        if (error) return self->fail(error);
                        self->flush();
                      });
}

void Connection::Impl::schedule_tick() {
  if (tick_scheduled_) return;
  tick_scheduled_ = true;
  tick_timer_.expires_after(tick_interval);
  tick_timer_.async_wait([self = shared_from_this()](error_code) {
    self->tick_scheduled_ = false;
    if (!self->stopped_) self->tick();
  });
}

void Connection::Impl::tick() {
  for (const Handler& handler : waiting_.expire(Clock::now())) {
    handler(Errc::redis_timeout, Reply{});
  }
  if (waiting_.stalled(Clock::now(), options_.stall_max)) fail(Errc::redis_timeout);
  if (!waiting_.empty()) schedule_tick();
}

// False for a reply that nobody asked for.
bool Connection::Impl::take_reply(Reply reply, Clock::time_point now) {
  if (subscribed_ && is_message(reply)) {
    if (on_message) on_message(reply);
    return true;
  }
  if (waiting_.empty()) return false;
  // A master that became a replica: it will not take a write again, while the next address may.
  const bool read_only = reply.is_error_code("READONLY");
  if (const Handler handler = waiting_.pop(now)) handler(error_code{}, std::move(reply));
  if (read_only && !stopped_) {
    explanation_ = "Redis has become a read-only replica";
    fail(Errc::redis_refused);
  }
  return true;
}

Connection::Connection(boost::asio::io_context& io, ConnectionOptions options, Log& log)
    : impl_(std::make_shared<Impl>(io, std::move(options), log)) {}
Connection::~Connection() {
  stop();
}

void Connection::start() {
  impl_->start();
}
void Connection::stop() {
  impl_->stop();
}
bool Connection::ready() const noexcept {
  return impl_->ready();
}
const ServerInfo& Connection::server() const noexcept {
  return impl_->server();
}
const Address& Connection::address() const noexcept {
  return impl_->address();
}
boost::system::error_code Connection::last_error() const noexcept {
  return impl_->last_error();
}
std::size_t Connection::waiting() const noexcept {
  return impl_->waiting();
}
void Connection::reset() {
  impl_->fail(Errc::redis_connection_lost);
}

void Connection::on_ready(std::function<void()> handler) {
  impl_->on_ready = std::move(handler);
}
void Connection::on_lost(std::function<void(boost::system::error_code)> handler) {
  impl_->on_lost = std::move(handler);
}
void Connection::on_message(std::function<void(ReplyView)> handler) {
  impl_->on_message = std::move(handler);
}

void Connection::send(Command command, std::chrono::milliseconds deadline, Handler handler) {
  impl_->send(command, deadline, std::move(handler));
}

}  // namespace waymark::redis
