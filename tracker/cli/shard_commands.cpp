// `waymark stream shard`: the shards of the click stream, added and removed while everything runs
// (shipping.md). The list is the hash wm:stream; edges and trackers read it every second.
#include "common/error.hpp"
#include "common/limits.hpp"
#include "common/redis/keys.hpp"
#include "common/redis/slots.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/redis_flags.hpp"
#include "tracker/cli/redis_query.hpp"
#include "tracker/cli/shard_choice.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace waymark::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::string_view redis_help =
    "Redis of the click stream (default: of a running `up`, else :6379)";

std::string random_word() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

// Throws CommandFailure unless Redis did what it was asked.
redis::Reply must(RedisQuery& redis, redis::Command command) {
  auto reply = redis.ask(std::move(command));
  if (!reply) {
    throw CommandFailure(exit_code::unavailable,
                         fmt::format("Redis did not answer: {}", reply.error().message()));
  }
  if (reply->is_error()) {
    throw CommandFailure(exit_code::failure, fmt::format("Redis refused: {}", reply->text()));
  }
  return std::move(*reply);
}

std::string server_of(RedisQuery& redis, const std::string& tag) {
  const auto* const master =
      redis.client().topology().master_of(redis::slot_of(redis_keys::clicks(tag)));
  return redis.client().is_cluster() && master != nullptr ? redis::text_of(*master) : "";
}

std::vector<std::string> tags_of(RedisQuery& redis) {
  std::vector<std::string> tags;
  const auto names = must(redis, {"HKEYS", redis_keys::stream});
  for (std::size_t i = 0; i < names.size(); ++i) tags.emplace_back(names[i].text());
  return tags;
}

// The word first, then the stream (rule 2): an edge that finds the word finds all there is.
void make_shard(RedisQuery& redis, const std::string& tag) {
  must(redis, {"HSETNX", redis_keys::stream, tag, random_word()});
  const auto made = redis.ask(
      {"XGROUP", "CREATE", redis_keys::clicks(tag), redis_keys::drain_group, "0", "MKSTREAM"});
  if (made && (!made->is_error() || made->is_error_code("BUSYGROUP"))) return;
  say(fmt::format("shard {} is listed; its stream is made by whoever needs it first", tag));
}

int add_shards(const Arguments& arguments) {
  const auto count = arguments.operands().empty()
                         ? 1
                         : number_of("COUNT", arguments.operands()[0], 1,
                                     static_cast<std::int64_t>(limits::stream_shards_max));
  RedisQuery redis{redis_url(arguments)};
  redis.must_connect(3'000ms);
  std::vector<std::string> tags = tags_of(redis);
  if (tags.size() + static_cast<std::size_t>(count) > limits::stream_shards_max) {
    throw CommandFailure(exit_code::usage,
                         fmt::format("there may be {} shards at most", limits::stream_shards_max));
  }
  json::array added;
  for (std::int64_t i = 0; i < count; ++i) {
    tags.push_back(choose_tag(tags, redis.client().topology()));
    make_shard(redis, tags.back());
    added.emplace_back(tags.back());
    if (!arguments.has("--json")) print_line(tags.back());
  }
  if (arguments.has("--json")) print_line(json::serialize(json::object{{"added", added}}));
  return exit_code::ok;
}

int remove_shard(const Arguments& arguments) {
  const std::string& tag = arguments.operands()[0];
  RedisQuery redis{redis_url(arguments)};
  redis.must_connect(3'000ms);
  const auto tags = tags_of(redis);
  if (std::ranges::find(tags, tag) == tags.end()) {
    throw CommandFailure(exit_code::not_found,
                         fmt::format("there is no shard {}; see waymark stream shard list", tag));
  }
  if (tags.size() == 1) {
    throw CommandFailure(exit_code::conflict,
                         fmt::format("{} is the only shard; add another one first", tag));
  }
  must(redis, {"HDEL", redis_keys::stream, tag});
  if (arguments.has("--json")) {
    print_line(json::serialize(json::object{{"removed", tag}}));
  } else {
    say(fmt::format("Edges leave shard {} within seconds; trackers drain it and take it away",
                    tag));
  }
  return exit_code::ok;
}

int list_shards(const Arguments& arguments) {
  RedisQuery redis{redis_url(arguments)};
  redis.must_connect(3'000ms);
  std::vector<std::vector<std::string>> rows{{"SHARD", "STREAM", "ENTRIES", "SERVER"}};
  json::array shards;
  for (const std::string& tag : tags_of(redis)) {
    const std::string key = redis_keys::clicks(tag);
    const auto length = redis.ask({"XLEN", key});
    const std::string entries =
        length && length->is_integer() ? std::to_string(length->integer()) : "unknown";
    rows.push_back({tag, key, entries, server_of(redis, tag)});
    shards.push_back(json::object{{"shard", tag},
                                  {"stream", key},
                                  {"entries", length ? json::value(length->integer()) : nullptr},
                                  {"server", server_of(redis, tag)}});
  }
  print_line(arguments.has("--json") ? json::serialize(shards) : table(rows));
  return exit_code::ok;
}

}  // namespace

std::vector<CommandSpec> shard_commands() {
  return {{"stream shard add",
           "[COUNT]",
           0,
           1,
           "Add shards to the click stream; in a Cluster where the fewest are",
           redis_flags(redis_help),
           {"stream shard add 3 --redis redis://10.0.0.5:6379,10.0.0.6:6379"},
           add_shards},
          {"stream shard remove",
           "SHARD",
           1,
           1,
           "Remove a shard; what it holds is drained, and edges go on with another one",
           redis_flags(redis_help),
           {"stream shard remove 0"},
           remove_shard},
          {"stream shard list",
           "",
           0,
           0,
           "List the shards of the click stream",
           redis_flags(redis_help),
           {"stream shard list", "stream shard list --json"},
           list_shards}};
}

}  // namespace waymark::cli
