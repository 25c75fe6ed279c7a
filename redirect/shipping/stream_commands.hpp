// The commands of shipping.md, encoded; and what their replies mean. Pure.
#pragma once

#include "common/ranges.hpp"
#include "common/redis/command.hpp"
#include "common/redis/reply.hpp"
#include "redirect/shipping/reading.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

// Lines as one entry. Each view ends with '\n'; the last one's is left out.
redis::Command ship_lines(std::string_view stream_key, std::string_view origin, Sequence first,
                          std::vector<std::string_view>& lines);
// Numbers whose lines cannot be read (rule 7).
redis::Command ship_loss(std::string_view stream_key, std::string_view origin, SequenceRange lost,
                         std::string_view reason);
// The last entry of a finished origin: `last` was its last number (rule 1).
redis::Command ship_end(std::string_view stream_key, std::string_view origin, Sequence last);

// Shards by tag, with their incarnation words; the answer to HGETALL wm:stream.
using Shards = std::map<std::string, std::string, std::less<>>;
Shards read_shards(redis::ReplyView reply);
// The shard of an origin without one: the same for the same list.
std::string choose_shard(const Shards& shards, std::string_view origin_key);

// An origin and its shard.
struct Figures {
  std::string origin_key;
  std::string shard;
};
redis::Command ask_figures(std::span<const Figures> origins);
// The reading of the origin at `index` of what ask_figures() asked.
Reading read_figures(redis::ReplyView reply, std::size_t index, const Shards& shards,
                     std::string_view shard);

}  // namespace waymark::redirect
