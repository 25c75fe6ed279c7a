// Trims the click streams (shipping.md rule 12): what every protected group has acknowledged goes
// when it is stream.keep old, sooner when a shard would hold too much or Redis is short of memory;
// past stream.max_bytes the oldest go whatever their state.
//
// Everything runs on the tracker's io_context.
#pragma once

#include "common/redis/stream_id.hpp"
#include "tracker/drain/shard_drain.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace waymark::tracker {

// How often memory and sizes are looked at.
inline constexpr std::uint64_t look_every_ms = 1'000;

// How long entries may stay so that they fit into `bytes_max`, when those of the last `span_ms`
// take `bytes`. A quarter is left for what comes before the next look; where they take more than
// `bytes_max`, all may have come since the last one. Little by little is also cheaper for Redis
// than all at once: what the oldest entries leave takes the newest, while large freed areas go back
// to the system, and each page of new ones must be faulted in.
std::uint64_t fitting_ms(std::uint64_t span_ms, std::uint64_t bytes,
                         std::uint64_t bytes_max) noexcept;

class Trimmer {
 public:
  // `parts` and what it names outlive this.
  explicit Trimmer(const DrainParts& parts) : parts_(parts) {}

  // Whether Redis has room for entries that everybody has acknowledged. To be asked every
  // look_every_ms.
  boost::asio::awaitable<Result<void>> look_at_memory();
  // Trims a shard and returns up to where group `tracker` has acknowledged everything. Fails with
  // redis_refused when there is no such stream.
  boost::asio::awaitable<Result<StreamId>> trim(const std::string& shard, std::uint64_t now_ms);
  // Looks at the size of a shard and cuts it to the cap. To be asked every look_every_ms.
  boost::asio::awaitable<Result<void>> cap(const std::string& shard, std::uint64_t now_ms);
  // Redis has lost what it held: what was trimmed before says nothing any more.
  void forget() { shards_.clear(); }

 private:
  struct Shard {
    StreamId trimmed;     // everything up to it is gone
    std::string held_by;  // the protected group that is furthest behind
    // How long its acknowledged entries fit, as of the last look.
    std::uint64_t fitting_ms = ~std::uint64_t{0};
  };

  // How long acknowledged entries of a shard stay; 0 when there is no room for them.
  std::uint64_t keep_ms(const Shard& shard) const;
  std::uint64_t stream_keep_ms() const;
  void fit(Shard& shard, std::uint64_t bytes, std::uint64_t now_ms) const;
  boost::asio::awaitable<Result<void>> tell(const std::string& shard, std::int64_t entries,
                                            std::uint64_t now_ms);

  const DrainParts& parts_;
  std::map<std::string, Shard> shards_;
  bool short_of_memory_ = false;
};

}  // namespace waymark::tracker
