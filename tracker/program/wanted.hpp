// Gives edges the links that Redis does not hold (links.origin = tracker, shipping.md rule 14):
// takes what they ask for from wm:want, reads the store, and writes the records, or for 30 s that
// there is none. The tracking messages about these keys wake the edges.
//
// What belongs to a link comes with it: its campaign, the domain of the host, the target of an
// alias. Keys that Redis holds are left alone: they are right (Mirror writes every change), and a
// message about them would only cost lookups.
//
// Everything runs on the io_context given.
#pragma once

#include "common/log.hpp"
#include "common/redis/url.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>

namespace waymark::tracker {

class StoreThread;

struct WantedCounts {
  std::uint64_t wants = 0;     // taken from the list
  std::uint64_t records = 0;   // written
  std::uint64_t absences = 0;  // written
  std::uint64_t failures = 0;  // batches given up: their edges ask again
};

class Wanted {
 public:
  // `store` must outlive this. The connection is this one's own.
  Wanted(boost::asio::io_context& io, redis::Url url, StoreThread& store, Log& log);
  ~Wanted();  // like stop()

  void start();
  void stop();
  const WantedCounts& counts() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace waymark::tracker
