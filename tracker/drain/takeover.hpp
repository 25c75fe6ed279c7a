// Takes over what ended trackers left pending (shipping.md rule 8): the entries of a consumer whose
// lease has expired become this tracker's, and the consumer goes. Its lease is borrowed meanwhile,
// so that one tracker does it, and the one that comes back waits or takes another slot.
//
// A consumer with a lease keeps its entries, however old they are: it is slow, not dead.
//
// And finds what this tracker itself has forgotten: a read that was given up, its connection
// closed, may still be on its way, reach Redis after a new connection has read what was pending,
// and be handed entries that nobody waits for.
#pragma once

#include "tracker/drain/shard_drain.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

// Trackers that have ended without putting everything in order: consumers without a lease, and
// expired leases of trackers. Leases must have been asked for after the consumers: a tracker takes
// its lease before it reads.
std::vector<std::string> abandoned(const std::set<std::string>& consumers,
                                   const std::vector<LeaseRow>& leases, std::string_view self);

class Takeover {
 public:
  // `parts` and what it names outlive this.
  explicit Takeover(const DrainParts& parts) : parts_(parts) {}

  // Looks once at the groups of these shards. Returns the shards in which entries are pending under
  // our name that have not been read. What fails is found again the next time.
  boost::asio::awaitable<std::set<std::string>> look(std::vector<std::string> shards);

  // Trackers with a lease, this one included, when last looked at.
  std::size_t trackers() const noexcept { return trackers_; }

 private:
  boost::asio::awaitable<void> take_over(std::string tracker,
                                         const std::vector<std::string>& shards,
                                         std::set<std::string>& unread_shards);
  boost::asio::awaitable<void> find_forgotten(const std::vector<std::string>& shards,
                                              std::set<std::string>& unread_shards);

  const DrainParts& parts_;
  std::size_t trackers_ = 1;
};

}  // namespace waymark::tracker
