#include "tracker/api/stream_info.hpp"

#include "common/limits.hpp"
#include "common/redis/keys.hpp"
#include "common/redis/stream_id.hpp"
#include "tracker/drain/requests.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;
namespace json = boost::json;
using redis::Command;

namespace {

constexpr std::chrono::milliseconds deadline{5'000};
constexpr std::size_t groups_max = 64;     // shown of a shard
constexpr std::size_t reports_max = 1024;  // shown of edges

redis::ReplyView value_of(redis::ReplyView row, std::string_view name) {
  for (std::size_t i = 0; i + 1 < row.size(); i += 2) {
    if (row[i].text() == name) return row[i + 1];
  }
  return redis::ReplyView{nullptr};
}

json::value number_or_null(redis::ReplyView value) {
  return value.is_integer() ? json::value(value.integer()) : json::value(nullptr);
}

// How long the group's busiest consumer has been silent; null without any.
asio::awaitable<Result<json::value>> idle_of(redis::Client& redis, const std::string& key,
                                             std::string_view group) {
  const auto consumers = co_await ask(redis, Command{"XINFO", "CONSUMERS", key, group}, deadline);
  if (!consumers) co_return consumers.error();
  json::value idle;
  for (std::size_t i = 0; i < consumers->size(); ++i) {
    const std::int64_t ms = value_of((*consumers)[i], "idle").integer();
    if (idle.is_null() || ms < idle.as_int64()) idle = ms;
  }
  co_return idle;
}

asio::awaitable<Result<json::object>> group_info(redis::Client& redis, const std::string& key,
                                                 redis::ReplyView row, const DrainOptions& options,
                                                 StreamId newest, std::uint64_t now_ms) {
  const std::string name{value_of(row, "name").text()};
  const auto delivered = parse_stream_id(value_of(row, "last-delivered-id").text());
  const bool behind = delivered && *delivered < newest;
  auto idle = co_await idle_of(redis, key, name);
  if (!idle) co_return idle.error();
  json::object group{
      {"group", name},
      {"protected", std::ranges::find(options.protect, name) != options.protect.end()},
      {"consumers", number_or_null(value_of(row, "consumers"))},
      {"pending", number_or_null(value_of(row, "pending"))},
      {"lag", number_or_null(value_of(row, "lag"))},  // Redis 7, and not always
      {"last_delivered", value_of(row, "last-delivered-id").text()},
      {"behind_ms", behind && now_ms > delivered->ms ? now_ms - delivered->ms : 0},
      {"idle_ms", std::move(*idle)}};
  co_return group;
}

// `<unix ms>;<entries>;<group>` of the last time a shard was cut to its cap.
json::value capped_of(std::string_view text) {
  const auto first = text.find(';');
  const auto second = text.find(';', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return nullptr;
  boost::system::error_code ignored;
  return json::object{{"at", json::parse(text.substr(0, first), ignored)},
                      {"entries", json::parse(text.substr(first + 1, second - first - 1), ignored)},
                      {"behind", text.substr(second + 1)}};
}

asio::awaitable<Result<json::object>> shard_info(redis::Client& redis, const std::string& tag,
                                                 const DrainOptions& options,
                                                 std::uint64_t now_ms) {
  const std::string key = redis_keys::clicks(tag);
  json::object shard{
      {"shard", tag},     {"key", key}, {"entries", 0}, {"bytes", 0}, {"groups", json::array{}},
      {"capped", nullptr}};
  const auto info =
      co_await redis.request(Command{"XINFO", "STREAM", key}, deadline, asio::use_awaitable);
  if (!info) co_return info.error();
  if (info->is_error()) co_return shard;  // not made yet
  shard["entries"] = value_of(*info, "length").integer();
  shard["last"] = value_of(*info, "last-generated-id").text();
  const auto bytes = co_await ask(redis, Command{"MEMORY", "USAGE", key}, deadline);
  if (!bytes) co_return bytes.error();
  shard["bytes"] = bytes->integer();
  const auto newest =
      parse_stream_id(value_of(*info, "last-generated-id").text()).value_or(StreamId{});
  const auto groups = co_await ask(redis, Command{"XINFO", "GROUPS", key}, deadline);
  if (!groups) co_return groups.error();
  json::array list;
  for (std::size_t i = 0; i < std::min(groups->size(), groups_max); ++i) {
    auto group = co_await group_info(redis, key, (*groups)[i], options, newest, now_ms);
    if (group) list.push_back(std::move(*group));
  }
  shard["groups"] = std::move(list);
  const auto capped = co_await ask(redis, Command{"HGET", redis_keys::capped, tag}, deadline);
  if (!capped) co_return capped.error();
  shard["capped"] = capped_of(capped->text());
  co_return shard;
}

// As the edges wrote them; what is no JSON is left out.
asio::awaitable<Result<json::object>> edge_reports(redis::Client& redis) {
  const auto reports = co_await ask(redis, Command{"HGETALL", redis_keys::edges}, deadline);
  if (!reports) co_return reports.error();
  json::object edges;
  for (std::size_t i = 0; i + 1 < std::min(reports->size(), 2 * reports_max); i += 2) {
    boost::system::error_code error;
    auto report = json::parse((*reports)[i + 1].text(), error);
    if (!error) edges[(*reports)[i].text()] = std::move(report);
  }
  co_return edges;
}

}  // namespace

asio::awaitable<Result<json::object>> stream_info(redis::Client& redis, const DrainOptions& options,
                                                  std::uint64_t now_ms) {
  const auto tags = co_await ask(redis, Command{"HKEYS", redis_keys::stream}, deadline);
  if (!tags) co_return tags.error();
  json::array shards;
  for (std::size_t i = 0; i < std::min(tags->size(), limits::stream_shards_max); ++i) {
    const std::string tag{(*tags)[i].text()};
    auto shard = co_await shard_info(redis, tag, options, now_ms);
    if (!shard) co_return shard.error();
    shards.push_back(std::move(*shard));
  }
  auto edges = co_await edge_reports(redis);
  if (!edges) co_return edges.error();
  json::object info{{"object", "stream"},
                    {"max_bytes", options.stream_bytes_max.value},
                    {"keep_ms", options.stream_keep.count()},
                    {"protect", json::array(options.protect.begin(), options.protect.end())},
                    {"shards", std::move(shards)},
                    {"edges", std::move(*edges)}};
  co_return info;
}

}  // namespace waymark::tracker
