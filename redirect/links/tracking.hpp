// Hears from Redis which records changed: client-side caching in broadcast mode over one connection
// that redirects to itself (shipping.md rule 15). It tells what happened and decides nothing.
#pragma once

#include "common/log.hpp"
#include "common/redis/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace waymark::redirect {

// Owned by a shared_ptr; it ends with the last one, and no event comes after that.
class Tracking : public std::enable_shared_from_this<Tracking> {
 public:
  struct Events {
    // All keys of one message.
    std::function<void(std::span<const std::string_view> keys)> changed;
    // A flush, a loss or a new beginning: anything may have changed unheard.
    std::function<void()> anything_changed;
  };

  // On `io`'s thread. Events are called there.
  Tracking(boost::asio::io_context& io, redis::ConnectionOptions options, Events events, Log& log);

  void start();
  bool armed() const noexcept { return armed_; }

 private:
  void arm();
  void track(std::int64_t client_id);
  void subscribe();
  void on_message(redis::ReplyView message);
  void ping();

  Log& log_;
  Events events_;
  redis::Connection connection_;
  boost::asio::steady_timer timer_;
  bool armed_ = false;
  unsigned unarmed_seconds_ = 0;
};

}  // namespace waymark::redirect
