// Publishes what the store has committed to wm:committed, and has the streams trimmed (shipping.md
// rules 10 to 12, and the generation of Words). One cycle: where the groups stand, trim, fold,
// publish; in this order, so that no figure claims less than the `through` beside it. Before that,
// once a second, whether an edge knows more than the store.
#pragma once

#include "common/ranges.hpp"
#include "tracker/drain/edge_beliefs.hpp"
#include "tracker/drain/shard_drain.hpp"
#include "tracker/drain/trimmer.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker {

// Whether a store of this generation, holding `rows`, is behind what was published: then edges may
// believe clicks committed that the store has lost.
bool store_is_behind(std::string_view generation, const std::vector<OriginRow>& rows,
                     std::string_view published_generation,
                     const std::vector<HeldFigure>& published);

// For the time that a tracker has the lease `folding`: what it remembers is worth nothing once
// another has published.
class Publisher {
 public:
  // `parts` and what it names outlive this.
  explicit Publisher(const DrainParts& parts) : parts_(parts) {}

  // One cycle over these shards. Failures are counted, and the next cycle makes up for them.
  boost::asio::awaitable<void> cycle(std::vector<std::string> shards, std::uint64_t now_ms);

 private:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  boost::asio::awaitable<Result<void>> try_cycle(const std::vector<std::string>& shards,
                                                 std::uint64_t now_ms);
  boost::asio::awaitable<Result<void>> check_generation();
  boost::asio::awaitable<Result<void>> check_edges();
  boost::asio::awaitable<Result<void>> renew_generation(std::string_view known_by);
  boost::asio::awaitable<Result<void>> publish(Fields through, std::uint64_t now_ms);
  boost::asio::awaitable<Result<void>> set(const Fields& fields);
  boost::asio::awaitable<Result<void>> withdraw(std::uint64_t now_ms);

  const DrainParts& parts_;
  Trimmer trimmer_{parts_};
  std::string run_id_;           // of the server that figures were published at
  std::string generation_;       // empty: not checked yet
  std::uint64_t folded_ = 0;     // change up to which figures were published
  std::uint64_t looked_ms_ = 0;  // when the caps and the edges' reports were last looked at
  std::map<std::string, std::string> through_;     // as published, by field
  std::map<std::string, std::uint64_t> ended_ms_;  // last word of published ones that have ended
};

}  // namespace waymark::tracker
