#include "tracker/drain/trimmer.hpp"

#include "common/limits.hpp"
#include "common/redis/keys.hpp"
#include "tracker/drain/requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;
using redis::Command;

namespace {

constexpr std::chrono::milliseconds deadline{5'000};

// A line of INFO, such as "used_memory"; 0 when it is not there.
std::uint64_t info_number(std::string_view text, std::string_view name) {
  const auto line = text.find(fmt::format("\n{}:", name));
  if (line == std::string_view::npos) return 0;
  const char* const begin = text.data() + line + name.size() + 2;
  std::uint64_t number = 0;
  std::from_chars(begin, text.data() + text.size(), number);
  return number;
}

}  // namespace

std::uint64_t fitting_ms(std::uint64_t span_ms, std::uint64_t bytes,
                         std::uint64_t bytes_max) noexcept {
  if (bytes > bytes_max) span_ms = std::min(span_ms, look_every_ms);
  return std::max<std::uint64_t>(span_ms, 1) * (bytes_max / 4 * 3) /
         std::max<std::uint64_t>(bytes, 1);
}

asio::awaitable<Result<void>> Trimmer::look_at_memory() {
  const auto info = co_await ask(parts_.commands, Command{"INFO", "memory"}, deadline);
  if (!info) co_return info.error();
  const std::uint64_t used = info_number(info->text(), "used_memory");
  const std::uint64_t most = info_number(info->text(), "maxmemory");
  short_of_memory_ = most != 0 && used > most / 4 * 3;
  co_return Result<void>{};
}

std::uint64_t Trimmer::keep_ms(const Shard& shard) const {
  return short_of_memory_ ? 0 : std::min(shard.fitting_ms, stream_keep_ms());
}

std::uint64_t Trimmer::stream_keep_ms() const {
  return static_cast<std::uint64_t>(parts_.options.stream_keep.count());
}

void Trimmer::fit(Shard& shard, std::uint64_t bytes, std::uint64_t now_ms) const {
  const std::uint64_t since = now_ms - std::min(now_ms, shard.trimmed.ms);
  const std::uint64_t kept_max =
      std::min(limits::stream_kept_bytes_max, parts_.options.stream_bytes_max.value / 2);
  shard.fitting_ms = fitting_ms(std::min(since, stream_keep_ms()), bytes, kept_max);
}

asio::awaitable<Result<StreamId>> Trimmer::trim(const std::string& shard, std::uint64_t now_ms) {
  const auto own = co_await group_position(parts_.commands, shard, redis_keys::drain_group);
  if (!own) co_return own.error();
  const StreamId through = own->through();
  Shard& state = shards_[shard];
  std::optional<StreamId> acknowledged;
  for (const std::string& group : parts_.options.protect) {
    StreamId position = through;
    if (group != redis_keys::drain_group) {
      const auto other = co_await group_position(parts_.commands, shard, group);
      if (!other) co_return other.error();
      position = other->through();
    }
    if (acknowledged && *acknowledged <= position) continue;
    acknowledged = position;
    state.held_by = group;
  }
  if (!acknowledged) co_return through;
  const std::uint64_t keep = keep_ms(state);
  StreamId last = *acknowledged;
  if (keep > 0) last = std::min(last, StreamId{now_ms > keep ? now_ms - keep : 0, 0}.previous());
  if (last <= state.trimmed) co_return through;
  const auto gone = co_await ask(
      parts_.commands,
      Command{"XTRIM", redis_keys::clicks(shard), "MINID", "=", last.next().text()}, deadline);
  if (!gone) co_return gone.error();
  state.trimmed = last;
  parts_.stats.trimmed += static_cast<std::uint64_t>(gone->integer());
  co_return through;
}

// The store loses nothing: the edges send again what it lacks, as its ids are at or before
// `through` then (rule 5b).
asio::awaitable<Result<void>> Trimmer::cap(const std::string& shard, std::uint64_t now_ms) {
  const std::string key = redis_keys::clicks(shard);
  // Samples are the oldest entries; those of a quiet hour say little about those of a rush.
  const auto usage =
      co_await ask(parts_.commands, Command{"MEMORY", "USAGE", key, "SAMPLES", "1000"}, deadline);
  if (!usage) co_return usage.error();
  Shard& state = shards_[shard];
  fit(state, static_cast<std::uint64_t>(usage->integer()), now_ms);
  const auto bytes = static_cast<double>(usage->integer());
  const auto bytes_max = static_cast<double>(parts_.options.stream_bytes_max.value);
  if (bytes <= bytes_max) co_return Result<void>{};
  const auto length = co_await ask(parts_.commands, Command{"XLEN", key}, deadline);
  if (!length) co_return length.error();
  const auto keep =
      static_cast<std::int64_t>(static_cast<double>(length->integer()) * 0.9 * bytes_max / bytes);
  Command command{"XTRIM", key, "MAXLEN", "="};
  const auto trimmed = co_await ask(parts_.commands, std::move(command.add(keep)), deadline);
  if (!trimmed) co_return trimmed.error();
  parts_.stats.trimmed_over_cap += static_cast<std::uint64_t>(trimmed->integer());
  parts_.log.error("drain.stream_over_cap",
                   "A stream has outgrown stream.max_bytes: its oldest entries went; edges send "
                   "again what the store lacks, the group that is behind has missed them",
                   {{"shard", shard},
                    {"bytes", usage->integer()},
                    {"trimmed", trimmed->integer()},
                    {"behind", state.held_by}});
  co_return co_await tell(shard, trimmed->integer(), now_ms);
}

// For `waymark doctor`, whichever tracker it asks. A full Redis may refuse it: metric and log have
// said it then.
asio::awaitable<Result<void>> Trimmer::tell(const std::string& shard, std::int64_t entries,
                                            std::uint64_t now_ms) {
  const auto told =
      co_await ask(parts_.commands,
                   Command{"HSET", redis_keys::capped, shard,
                           fmt::format("{};{};{}", now_ms, entries, shards_[shard].held_by)},
                   deadline);
  if (!told && told.error() != make_error_code(Errc::redis_refused)) co_return told.error();
  co_return Result<void>{};
}

}  // namespace waymark::tracker
