#include "tracker/cli/doctor/backlog.hpp"

#include "common/redis/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace waymark::cli {
namespace {

constexpr std::string_view sample_entries = "20";

std::uint64_t lines_of(redis::ReplyView fields) {
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const auto body = fields[i + 1].text();
    if (fields[i].text() != "body" || body.empty()) continue;
    return static_cast<std::uint64_t>(std::ranges::count(body, '\n')) + 1;
  }
  return 0;
}

std::uint64_t estimate_in_stream(RedisQuery& redis, const std::string& key) {
  const auto length = redis.ask({"XLEN", key});
  const auto oldest = redis.ask({"XRANGE", key, "-", "+", "COUNT", sample_entries});
  if (!length || !oldest || !oldest->is_array() || oldest->size() == 0) return 0;
  std::uint64_t lines = 0;
  for (std::size_t i = 0; i < oldest->size(); ++i) lines += lines_of((*oldest)[i][1]);
  return static_cast<std::uint64_t>(length->integer()) * lines / oldest->size();
}

// "3 min 20 s".
std::string time_text(std::uint64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3'600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3'600, seconds % 3'600 / 60);
}

}  // namespace

BacklogReading read_backlog(const std::vector<EdgeSum>& edges, std::uint64_t now_ms) {
  BacklogReading reading{.at_ms = now_ms, .owed = 0, .settled = 0};
  for (const EdgeSum& edge : edges) {
    reading.owed += edge.owed();
    for (const OriginSum& origin : edge.origins) reading.settled += origin.committed + origin.lost;
  }
  return reading;
}

std::uint64_t estimate_in_streams(RedisQuery& redis) {
  std::uint64_t lines = 0;
  for (const auto& [shard, word] : redis.hash(redis_keys::stream)) {
    lines += estimate_in_stream(redis, redis_keys::clicks(shard));
  }
  return lines;
}

Finding judge_backlog(const BacklogReading& before, const BacklogReading& after,
                      std::uint64_t in_streams) {
  const std::string subject = "backlog";
  if (after.owed < backlog_min) {
    return {Grade::good, subject, fmt::format("none: {} clicks on their way", after.owed), {}};
  }
  // What is in a stream is owed, too, until it is committed.
  const std::uint64_t streamed = std::min(in_streams, after.owed);
  const std::string where =
      fmt::format("{} clicks wait: about {} in Redis, {} in journals of edges", after.owed,
                  streamed, after.owed - streamed);
  const std::uint64_t ms = std::max<std::uint64_t>(after.at_ms - before.at_ms, 1);
  const std::uint64_t stored = after.settled - std::min(before.settled, after.settled);
  if (stored == 0) {
    return {Grade::problem, subject, where + "; nothing is being stored",
            "see the tracker's log, and waymark_drain_failures_total on its admin page"};
  }
  const std::string rate =
      fmt::format("{}; {} a second are being stored", where, stored * 1'000 / ms);
  if (after.owed >= before.owed) {
    return {Grade::warning, subject, rate + ", and as many or more are coming in",
            "give the tracker's store a faster disk, or wait for a quieter hour"};
  }
  const std::uint64_t seconds = after.owed * ms / (before.owed - after.owed) / 1'000;
  return {
      Grade::good, subject, fmt::format("{}: through in about {}", rate, time_text(seconds)), {}};
}

}  // namespace waymark::cli
