#include "redirect/shipping/stream_commands.hpp"

#include "common/limits.hpp"
#include "common/redis/keys.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <iterator>

namespace waymark::redirect {
namespace {

redis::Command entry(std::string_view stream_key, std::string_view origin, Sequence first) {
  redis::Command command{"XADD", stream_key, "NOMKSTREAM", "*", "origin", origin, "first"};
  command.add(fmt::format_int{first}.c_str());
  return command;
}

}  // namespace

redis::Command ship_lines(std::string_view stream_key, std::string_view origin, Sequence first,
                          std::vector<std::string_view>& lines) {
  if (lines.back().ends_with('\n')) lines.back().remove_suffix(1);
  redis::Command command = entry(stream_key, origin, first);
  command.add("body").add(std::span<const std::string_view>{lines});
  return command;
}

redis::Command ship_loss(std::string_view stream_key, std::string_view origin, SequenceRange lost,
                         std::string_view reason) {
  redis::Command command = entry(stream_key, origin, lost.first);
  command.add("body").add("");
  command.add("lost").add(fmt::format_int{lost.last - lost.first + 1}.c_str());
  command.add("reason").add(reason);
  return command;
}

redis::Command ship_end(std::string_view stream_key, std::string_view origin, Sequence last) {
  redis::Command command = entry(stream_key, origin, last + 1);
  command.add("body").add("");
  command.add("end").add(fmt::format_int{last}.c_str());
  return command;
}

Shards read_shards(redis::ReplyView reply) {
  Shards shards;
  for (std::size_t i = 0; i + 1 < reply.size() && shards.size() < limits::stream_shards_max;
       i += 2) {
    shards.emplace(reply[i].text(), reply[i + 1].text());
  }
  return shards;
}

std::string choose_shard(const Shards& shards, std::string_view origin_key) {
  if (shards.empty()) return std::string{redis_keys::default_shard};
  const auto hash = XXH3_64bits(origin_key.data(), origin_key.size());
  const auto steps = static_cast<std::ptrdiff_t>(hash % shards.size());
  return std::next(shards.begin(), steps)->first;
}

redis::Command ask_figures(std::span<const Figures> origins) {
  redis::Command command{"HMGET", redis_keys::committed, "generation"};
  for (const Figures& figures : origins) {
    command.add(redis_keys::through(figures.shard)).add(figures.origin_key);
  }
  return command;
}

Reading read_figures(redis::ReplyView reply, std::size_t index, const Shards& shards,
                     std::string_view shard) {
  Reading reading;
  if (const auto found = shards.find(shard); found != shards.end()) reading.word = found->second;
  reading.generation = reply[0].text();
  reading.through = parse_stream_id(reply[1 + 2 * index].text());
  if (auto figure = parse_figure(reply[2 + 2 * index].text())) {
    reading.figure = std::move(*figure);
  }
  return reading;
}

}  // namespace waymark::redirect
