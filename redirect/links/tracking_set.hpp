// Tracking of everything behind a URL: one connection, or in a Cluster one for each master, since
// each tells of its own keys alone.
#pragma once

#include "common/redis/client.hpp"
#include "redirect/links/tracking.hpp"

#include <list>
#include <memory>

namespace waymark::redirect {

class TrackingSet {
 public:
  // On `io`'s thread, like Tracking.
  TrackingSet(boost::asio::io_context& io, redis::ConnectionOptions options,
              Tracking::Events events, Log& log);

  // To be called when `lookups` has found out what stands behind the URL, and whenever its servers
  // change: connections to new masters are made, those to others end.
  void follow(const redis::Client& lookups);
  void stop() { all_.clear(); }
  // True while every server tells of changes.
  bool armed() const noexcept;

 private:
  struct One {
    redis::Address master;
    std::shared_ptr<Tracking> tracking;
  };

  boost::asio::io_context& io_;
  const redis::ConnectionOptions options_;
  const Tracking::Events events_;
  Log& log_;
  std::list<One> all_;
};

}  // namespace waymark::redirect
