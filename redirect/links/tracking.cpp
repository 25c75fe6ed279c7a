#include "redirect/links/tracking.hpp"

#include "common/redis/keys.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {
constexpr auto command_deadline = 1s;
constexpr auto ping_interval = 1s;
constexpr unsigned arm_again_seconds = 10;  // after a refusal
}  // namespace

Tracking::Tracking(boost::asio::io_context& io, redis::ConnectionOptions options, Events events,
                   Log& log)
    : log_(log), events_(std::move(events)), connection_(io, std::move(options), log), timer_(io) {
  connection_.on_ready([this] { arm(); });
  connection_.on_lost([this](boost::system::error_code) {
    armed_ = false;
    events_.anything_changed();
  });
  connection_.on_message([this](redis::ReplyView message) { on_message(message); });
}

void Tracking::start() {
  connection_.start();
  ping();
}

void Tracking::arm() {
  connection_.send({"CLIENT", "ID"}, command_deadline,
                   [this](boost::system::error_code error, redis::Reply reply) {
                     if (error || !reply.is_integer()) return connection_.reset();
                     track(reply.integer());
                   });
}

// RESP2 lets a connection redirect to itself; TRACKING must come before SUBSCRIBE.
void Tracking::track(std::int64_t client_id) {
  connection_.send(
      {"CLIENT", "TRACKING", "ON", "REDIRECT", std::to_string(client_id), "BCAST", "PREFIX",
       redis_keys::link_prefix, "PREFIX", redis_keys::campaign_prefix, "PREFIX",
       redis_keys::domain_prefix, "PREFIX", redis_keys::filled},
      command_deadline, [this](boost::system::error_code error, redis::Reply reply) {
        if (error) return connection_.reset();
        if (!reply.is_error()) return subscribe();
        log_.error("tracking.refused",
                   "Redis refuses CLIENT TRACKING: changes are seen after cache.refresh only. "
                   "Allow the command for this user",
                   {{"reply", reply.text()}});
      });
}

void Tracking::subscribe() {
  connection_.send({"SUBSCRIBE", "__redis__:invalidate"}, command_deadline,
                   [this](boost::system::error_code error, redis::Reply reply) {
                     if (error || reply.is_error()) return connection_.reset();
                     armed_ = true;
                     events_.anything_changed();
                   });
}

void Tracking::on_message(redis::ReplyView message) {
  const redis::ReplyView keys = message[2];
  if (!keys.is_array()) return events_.anything_changed();  // null: the database was flushed
  std::vector<std::string_view> changed;
  changed.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) changed.push_back(keys[i].text());
  events_.changed(changed);
}

// A connection may be dead without a word; an answer within the second proves that it is not. A
// wait that is over when this ends is not recalled by that: its handler still comes.
void Tracking::ping() {
  timer_.expires_after(ping_interval);
  timer_.async_wait([this, alive = weak_from_this()](boost::system::error_code error) {
    const auto self = alive.lock();
    if (error || !self) return;
    if (!armed_ && connection_.ready() && ++unarmed_seconds_ % arm_again_seconds == 0) arm();
    if (armed_) {
      connection_.send({"PING"}, command_deadline,
                       [this](boost::system::error_code failed, redis::Reply) {
                         if (failed) connection_.reset();
                       });
    }
    ping();
  });
}

}  // namespace waymark::redirect
