// Trims the click streams (shipping.md rule 12): what every protected group has acknowledged goes
// when it is stream.keep old, sooner when Redis is short of memory; past stream.max_bytes the
// oldest go whatever their state.
//
// Everything runs on the tracker's io_context.
#pragma once

#include "tracker/drain/shard_drain.hpp"
#include "tracker/drain/stream_id.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace waymark::tracker {

class Trimmer {
 public:
  // `parts` and what it names outlive this.
  explicit Trimmer(const DrainParts& parts) : parts_(parts) {}

  // Whether Redis has room for entries that everybody has acknowledged. To be asked once a second.
  boost::asio::awaitable<Result<void>> look_at_memory();
  // Trims a shard and returns up to where group `tracker` has acknowledged everything. Fails with
  // redis_refused when there is no such stream.
  boost::asio::awaitable<Result<StreamId>> trim(const std::string& shard, std::uint64_t now_ms);
  // Looks at the size of a shard and cuts it to the cap. To be asked once a second.
  boost::asio::awaitable<Result<void>> cap(const std::string& shard, std::uint64_t now_ms);
  // Redis has lost what it held: what was trimmed before says nothing any more.
  void forget() { shards_.clear(); }

 private:
  struct Shard {
    StreamId trimmed;     // everything up to it is gone
    std::string held_by;  // the protected group that is furthest behind
    std::int64_t bytes = 0;
  };

  // How long acknowledged entries of a shard stay; 0 when there is no room for them.
  std::uint64_t keep_ms(const Shard& shard) const;
  boost::asio::awaitable<Result<void>> tell(const std::string& shard, std::int64_t entries,
                                            std::uint64_t now_ms);

  const DrainParts& parts_;
  std::map<std::string, Shard> shards_;
  bool short_of_memory_ = false;
};

}  // namespace waymark::tracker
