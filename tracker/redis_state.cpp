#include "tracker/redis_state.hpp"

#include "common/limits.hpp"
#include "common/redis/client.hpp"
#include "common/redis/keys.hpp"
#include "tracker/drain/requests.hpp"
#include "tracker/program/mirror.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark::tracker {
namespace {

boost::json::object state_of(const redis::Client& client) {
  const bool ready = client.ready();
  boost::json::value error;
  if (!ready) error = client.last_error().message();
  boost::json::array servers;
  for (const redis::ServerState& server : client.servers()) {
    boost::json::value reason;
    if (server.error) reason = server.error.message();
    servers.push_back({{"address", redis::text_of(server.address)},
                       {"connected", server.ready},
                       {"version", server.version},
                       {"run_id", server.run_id},
                       {"error", std::move(reason)}});
  }
  return {{"connected", ready},
          {"cluster", client.is_cluster()},
          {"error", std::move(error)},
          {"servers", std::move(servers)}};
}

constexpr std::chrono::milliseconds deadline{2'000};

// Those of every shard, with what they hold pending.
boost::asio::awaitable<boost::json::array> consumers_of(redis::Client& stream) {
  boost::json::array list;
  const auto shards = co_await ask(stream, redis::Command{"HKEYS", redis_keys::stream}, deadline);
  if (!shards) co_return list;
  const std::size_t count = std::min(shards->size(), limits::stream_shards_max);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string shard{(*shards)[i].text()};
    const auto consumers = co_await group_consumers(stream, shard);
    if (!consumers) continue;
    for (const Consumer& consumer : *consumers) {
      list.push_back({{"shard", shard}, {"name", consumer.name}, {"pending", consumer.pending}});
    }
  }
  co_return list;
}

}  // namespace

boost::asio::awaitable<std::string> redis_state(const Mirror& mirror, redis::Client& stream) {
  auto consumers = co_await consumers_of(stream);
  auto links = state_of(mirror.connection());
  links["mirrored_change"] = mirror.mirrored_change();
  links["filling"] = mirror.filling();
  boost::json::object state;
  state["links"] = std::move(links);
  state["stream"] = state_of(stream);
  state["consumers"] = std::move(consumers);
  co_return boost::json::serialize(state);
}

}  // namespace waymark::tracker
