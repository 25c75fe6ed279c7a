#include "tracker/cli/stream/replay_target.hpp"

#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/drain/group_position.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace waymark::cli {
namespace {

using redis::Command;
using tracker::GroupPosition;

constexpr std::size_t body_bytes_max = 16 * 1024;  // all that the stream may hold is 64 MiB then

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

redis::ReplyView value_of(redis::ReplyView row, std::string_view name) {
  for (std::size_t i = 0; i + 1 < row.size(); i += 2) {
    if (row[i].text() == name) return row[i + 1];
  }
  return redis::ReplyView{nullptr};
}

}  // namespace

ReplayTarget::ReplayTarget(RedisQuery& redis, std::string key, std::size_t entries_max)
    : redis_(redis), key_(std::move(key)), entries_max_(entries_max) {
  if (key_.empty() || key_.starts_with("wm:")) {
    throw StartupError(exit_code::usage,
                       fmt::format("--to: '{}' would be a key of Waymark's own; name another one, "
                                   "such as clicks:replay",
                                   key_));
  }
}

redis::Reply ReplayTarget::ask(Command command) {
  auto reply = redis_.ask(std::move(command));
  if (!reply) {
    throw CommandFailure(exit_code::unavailable,
                         fmt::format("Redis does not answer: {}", reply.error().message()));
  }
  if (reply->is_error()) {
    throw CommandFailure(exit_code::failure, fmt::format("Redis says: {}", reply->text()));
  }
  return std::move(*reply);
}

std::optional<ReplayState> ReplayTarget::begun() {
  auto fields = redis_.hash(key_ + ":replay");
  if (fields.empty()) return std::nullopt;
  ReplayState state;
  state.range = {number(fields["from"]), number(fields["to"]), fields["link"], fields["campaign"],
                 fields["after"]};
  state.epoch = fields["epoch"];
  state.first = static_cast<std::uint64_t>(number(fields["first"]));
  return state;
}

void ReplayTarget::add(std::string_view lines, ReplayState& state) {
  while (!lines.empty()) {
    // As many whole lines as an entry takes, and one at least.
    std::size_t size = lines.find('\n') + 1;
    for (auto end = lines.find('\n', size); end != std::string_view::npos && end < body_bytes_max;
         end = lines.find('\n', size)) {
      size = end + 1;
    }
    add_entry(lines.substr(0, size - 1), state);
    lines.remove_prefix(size);
  }
  const auto& range = state.range;
  ask(Command{"HSET", key_ + ":replay", "from", std::to_string(range.from), "to",
              std::to_string(range.to), "link", range.link, "campaign", range.campaign, "after",
              range.after, "epoch", state.epoch, "first", std::to_string(state.first)});
}

void ReplayTarget::add_entry(std::string_view body, ReplayState& state) {
  ask(Command{"XADD", key_, "*", "origin", fmt::format("replay/{}/0", state.epoch), "first",
              std::to_string(state.first), "body", body});
  state.first += static_cast<std::uint64_t>(std::ranges::count(body, '\n')) + 1;
}

void ReplayTarget::finish() {
  ask(Command{"DEL", key_ + ":replay"});
}

bool ReplayTarget::has_room() {
  const auto full = [this] {
    return static_cast<std::size_t>(ask(Command{"XLEN", key_}).integer()) >= entries_max_;
  };
  if (!full()) return true;
  trim_acknowledged();
  return !full();
}

void ReplayTarget::trim_acknowledged() {
  const auto groups = ask(Command{"XINFO", "GROUPS", key_});
  if (groups.size() == 0) {
    throw CommandFailure(
        exit_code::temporary,
        fmt::format(
            "{} holds {} entries and no group reads it: make one (XGROUP CREATE {} GROUP 0), "
            "start its consumer, then go on with --resume",
            key_, entries_max_, key_));
  }
  std::optional<StreamId> through;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto delivered = parse_stream_id(value_of(groups[i], "last-delivered-id").text());
    const auto pending = ask(Command{"XPENDING", key_, value_of(groups[i], "name").text()});
    const StreamId position = GroupPosition{.delivered = delivered.value_or(StreamId{}),
                                            .first_pending = parse_stream_id(pending[1].text())}
                                  .through();
    through = through ? std::min(*through, position) : position;
  }
  ask(Command{"XTRIM", key_, "MINID", "=", through->next().text()});
}

}  // namespace waymark::cli
