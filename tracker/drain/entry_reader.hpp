// Turns entries of a click stream into a batch for the store: lines, dead letters, ranges, losses.
// The page of the format is design.md 3.4; nothing in an entry can make this fail.
#pragma once

#include "common/click_line.hpp"
#include "common/redis/reply.hpp"
#include "tracker/store/batch.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker {

// The fields of an entry that count, as views of the reply.
struct Entry {
  std::string_view id;
  std::string_view origin, first, body, lost;
  bool end = false;
  bool gone = false;  // trimmed while it was pending: nothing but its id is left
};
Entry read_entry(redis::ReplyView entry);

class EntryReader {
 public:
  // `stream` is the key, for dead letters.
  explicit EntryReader(std::string stream) : stream_(std::move(stream)) {}

  // Adds what the entry holds to `batch`.
  void read(const Entry& entry, std::uint64_t now_ms, Batch& batch);

 private:
  struct Place {
    const Entry& entry;
    std::uint64_t now_ms;
    Sequence sequence;  // 0: of no known place
  };

  void read_lines(const Entry& entry, Sequence first, std::uint64_t now_ms, Batch& batch,
                  OriginNews* news);
  void bury(const Place& place, std::string_view reason, std::string_view line, Batch& batch);

  std::string stream_;
  ClickLineParser parser_;
};

// Dead letters of a version unknown to an older program: those that this one can read become clicks
// of the batch, and their rows are resolved.
void retry_dead(const std::vector<DeadLetter>& letters, ClickLineParser& parser, Batch& batch);

}  // namespace waymark::tracker
