// What the drain hands to the store in one transaction (shipping.md rule 9): clicks, dead letters
// and what became of each origin's numbers. Backend-neutral; knows neither Redis nor SQL.
#pragma once

#include "common/click_line.hpp"
#include "common/ranges.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

// Why a line or an entry could not be stored as a click. The words stand in table dead_letters.
namespace dead_reason {
inline constexpr std::string_view malformed_line = "malformed_line";
inline constexpr std::string_view unknown_version = "unknown_version";  // retried at each start
inline constexpr std::string_view malformed_entry = "malformed_entry";
}  // namespace dead_reason

// Past this many the oldest dead letters go.
inline constexpr std::int64_t dead_letters_max = 100'000;

struct DeadLetter {
  std::int64_t id = 0;      // given by the store
  std::uint64_t at_ms = 0;  // unix milliseconds, when it was read
  std::string stream;       // key of the stream
  std::string entry;        // id of the entry
  std::string origin;       // as the entry says, possibly empty or malformed
  Sequence sequence = 0;    // 0: of no known place
  std::string reason;       // of dead_reason
  std::string line;         // raw, at most limits::click_line_bytes_max bytes
};

// What one batch says about an origin.
struct OriginNews {
  std::string edge;       // label
  SequenceSet committed;  // lines, good or dead
  SequenceSet lost;       // announced as lost by the edge
  bool ended = false;     // the edge has nothing more to send
};

// Bytes that do not move: clicks of a batch point into it. Keeps its memory on clear().
class TextArena {
 public:
  std::string_view copy(std::string_view text);
  void clear() noexcept;
  std::size_t used_bytes() const noexcept { return used_bytes_; }

 private:
  static constexpr std::size_t block_bytes = 256 * 1024;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::deque<std::string> large_;  // texts past block_bytes
  std::size_t block_ = 0;          // the one being filled
  std::size_t offset_ = 0;         // in it
  std::size_t used_bytes_ = 0;
};

// Filled on one thread, then handed to the store's. Reused: clear() keeps the memory.
class Batch {
 public:
  Batch() = default;
  Batch(Batch&&) = default;
  Batch& operator=(Batch&&) = default;

  // Copies every text of the click.
  void add(const Click& click);
  void add_dead(DeadLetter letter) { dead_.push_back(std::move(letter)); }
  // The news of an origin (key `<epoch>/<thread>`), made when absent.
  OriginNews& origin(const Origin& origin);
  // A dead letter of the store that is solved by this batch: its row goes.
  void resolve_dead(std::int64_t id) { resolved_dead_.push_back(id); }

  // How many clicks have an id made before that: the first ones, once the batch is sorted.
  std::size_t clicks_before(std::uint64_t unix_ms) const;

  // By click id, so that a time-ordered table is filled from left to right. Stable.
  void sort();
  void clear() noexcept;

  const std::vector<Click>& clicks() const noexcept { return clicks_; }
  const std::vector<DeadLetter>& dead() const noexcept { return dead_; }
  const std::map<std::string, OriginNews, std::less<>>& origins() const noexcept {
    return origins_;
  }
  const std::vector<std::int64_t>& resolved_dead() const noexcept { return resolved_dead_; }
  bool empty() const noexcept {
    return clicks_.empty() && dead_.empty() && origins_.empty() && resolved_dead_.empty();
  }

 private:
  // A click's id as numbers, and where the click stands.
  struct SortKey {
    std::uint64_t high, low;
    std::size_t place;
    friend auto operator<=>(const SortKey&, const SortKey&) = default;
  };

  TextArena texts_;
  std::vector<Click> clicks_;
  std::vector<SortKey> order_;  // of sort()
  std::vector<DeadLetter> dead_;
  std::map<std::string, OriginNews, std::less<>> origins_;
  std::vector<std::int64_t> resolved_dead_;
};

// A link whose counted clicks have reached its max_clicks with this batch.
struct FullLink {
  std::string host, code;
  std::uint64_t counted = 0;
};

// What became of a batch. read = stored + duplicate + dead + late; a resolved letter was read
// before, and leaves the store's count of dead ones.
struct BatchOutcome {
  std::uint64_t stored = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t dead = 0;
  std::uint64_t late = 0;  // older than what the store keeps: see Store::forget_clicks
  std::uint64_t resolved = 0;
  std::vector<FullLink> full_links;
};

}  // namespace waymark::tracker
