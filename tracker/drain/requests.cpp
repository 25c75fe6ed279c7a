#include "tracker/drain/requests.hpp"

#include "common/redis/keys.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <random>

namespace waymark::tracker {

namespace asio = boost::asio;
using redis::Command;

namespace {

constexpr std::chrono::milliseconds deadline{5'000};
constexpr std::string_view pending_page = "1000";

std::string random_word() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

// The row of `group` in the answer of XINFO GROUPS, or nil.
redis::ReplyView find_group(redis::ReplyView groups, std::string_view group) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t field = 0; field + 1 < groups[i].size(); field += 2) {
      if (groups[i][field].text() == "name" && groups[i][field + 1].text() == group) {
        return groups[i];
      }
    }
  }
  return redis::ReplyView{nullptr};
}

redis::ReplyView value_of(redis::ReplyView row, std::string_view name) {
  for (std::size_t i = 0; i + 1 < row.size(); i += 2) {
    if (row[i].text() == name) return row[i + 1];
  }
  return redis::ReplyView{nullptr};
}

// In an empty stream nothing up to its last id can be delivered any more: it was, or it was deleted
// before. Empty when the stream is not.
std::optional<StreamId> deleted_through(redis::ReplyView info) {
  const redis::ReplyView length = value_of(info, "length");
  if (!length.is_integer() || length.integer() != 0) return std::nullopt;
  return parse_stream_id(value_of(info, "last-generated-id").text());
}

}  // namespace

asio::awaitable<Result<redis::Reply>> ask(redis::Client& connection, Command command,
                                          std::chrono::milliseconds at_most) {
  Result<redis::Reply> reply =
      co_await connection.request(std::move(command), at_most, asio::use_awaitable);
  if (reply && reply->is_error()) co_return Errc::redis_refused;
  co_return std::move(reply);
}

asio::awaitable<Result<void>> prepare_stream(redis::Client& connection, std::string_view shard) {
  const std::string key = redis_keys::clicks(shard);
  const auto exists = co_await ask(connection, Command{"EXISTS", key}, deadline);
  if (!exists) co_return exists.error();
  const auto shards = co_await ask(connection, Command{"HGETALL", redis_keys::stream}, deadline);
  if (!shards) co_return shards.error();
  const bool listed = !value_of(*shards, shard).is_nil();
  const bool removed = !listed && shards->size() > 0;
  if (exists->integer() == 0) {
    if (removed) co_return Errc::not_found;
    // A word that is left from a stream that has vanished must not stay: by its change the edges
    // learn that what they sent is gone. When an edge has just set one for the same reason, it
    // sends again once more, which costs duplicates only.
    const auto set = co_await ask(
        connection, Command{"HSET", redis_keys::stream, shard, random_word()}, deadline);
    if (!set) co_return set.error();
  } else {
    const auto groups = co_await ask(connection, Command{"XINFO", "GROUPS", key}, deadline);
    if (!groups) co_return groups.error();
    if (!listed && !removed) {
      const auto set = co_await ask(
          connection, Command{"HSETNX", redis_keys::stream, shard, random_word()}, deadline);
      if (!set) co_return set.error();
    }
    // Making a group needs memory, even one that exists.
    if (!find_group(*groups, redis_keys::drain_group).is_nil()) co_return Result<void>{};
  }
  const Result<redis::Reply> made = co_await connection.request(
      Command{"XGROUP", "CREATE", key, redis_keys::drain_group, "0", "MKSTREAM"}, deadline,
      asio::use_awaitable);
  if (!made) co_return made.error();
  if (made->is_error() && !made->is_error_code("BUSYGROUP")) co_return Errc::redis_refused;
  co_return Result<void>{};
}

asio::awaitable<Result<std::vector<Consumer>>> group_consumers(redis::Client& connection,
                                                               std::string_view shard) {
  const auto rows = co_await ask(
      connection,
      Command{"XINFO", "CONSUMERS", redis_keys::clicks(shard), redis_keys::drain_group}, deadline);
  if (!rows) co_return rows.error();
  std::vector<Consumer> consumers;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    consumers.push_back({.name = std::string{value_of((*rows)[i], "name").text()},
                         .pending = value_of((*rows)[i], "pending").integer()});
  }
  co_return consumers;
}

asio::awaitable<Result<std::uint64_t>> move_pending(redis::Client& connection,
                                                    std::string_view shard, std::string_view from,
                                                    std::string_view to) {
  const std::string key = redis_keys::clicks(shard);
  std::uint64_t moved = 0;
  std::string after = "-";
  while (true) {
    const auto page = co_await ask(
        connection,
        Command{"XPENDING", key, redis_keys::drain_group, after, "+", pending_page, from},
        deadline);
    if (!page) co_return page.error();
    if (page->size() == 0) break;
    Command claim{"XCLAIM", key, redis_keys::drain_group, to, "0"};
    for (std::size_t i = 0; i < page->size(); ++i) claim.add((*page)[i][0].text());
    claim.add("JUSTID");
    const auto claimed = co_await ask(connection, std::move(claim), deadline);
    if (!claimed) co_return claimed.error();
    moved += claimed->size();
    after = std::string{"("}.append((*page)[page->size() - 1][0].text());
  }
  const auto deleted = co_await ask(
      connection, Command{"XGROUP", "DELCONSUMER", key, redis_keys::drain_group, from}, deadline);
  if (!deleted) co_return deleted.error();
  co_return moved;
}

asio::awaitable<bool> has_pending(redis::Client& connection, std::string_view shard,
                                  std::string_view consumer, std::chrono::milliseconds age) {
  Command command{"XPENDING", redis_keys::clicks(shard), redis_keys::drain_group, "IDLE"};
  command.add(static_cast<std::int64_t>(age.count())).add("-").add("+").add("1").add(consumer);
  const auto entries = co_await ask(connection, std::move(command), deadline);
  co_return entries && entries->size() > 0;
}

asio::awaitable<Result<GroupPosition>> group_position(redis::Client& connection,
                                                      std::string_view shard,
                                                      std::string_view group) {
  const std::string key = redis_keys::clicks(shard);
  const auto groups = co_await ask(connection, Command{"XINFO", "GROUPS", key}, deadline);
  if (!groups) co_return groups.error();
  const redis::ReplyView row = find_group(*groups, group);
  if (row.is_nil()) {
    const Result<redis::Reply> made = co_await connection.request(
        Command{"XGROUP", "CREATE", key, group, "0"}, deadline, asio::use_awaitable);
    if (!made) co_return made.error();
    // A full Redis makes no group; it stands at 0 all the same, and the rest must go on.
    if (made->is_error() && !made->is_error_code("OOM")) co_return Errc::redis_refused;
    co_return GroupPosition{};
  }
  auto delivered = parse_stream_id(value_of(row, "last-delivered-id").text());
  if (!delivered) co_return Errc::redis_protocol;
  const auto info = co_await ask(connection, Command{"XINFO", "STREAM", key}, deadline);
  if (!info) co_return info.error();
  if (const auto deleted = deleted_through(*info)) delivered = std::max(*delivered, *deleted);
  const auto pending = co_await ask(connection, Command{"XPENDING", key, group}, deadline);
  if (!pending) co_return pending.error();
  co_return GroupPosition{.delivered = *delivered,
                          .first_pending = parse_stream_id((*pending)[1].text())};
}

}  // namespace waymark::tracker
