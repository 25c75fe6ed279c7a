#include "tracker/redis_state.hpp"

#include "common/redis/client.hpp"
#include "tracker/program/mirror.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

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

}  // namespace

std::string redis_state(const Mirror& mirror, const redis::Client& stream) {
  auto links = state_of(mirror.connection());
  links["mirrored_change"] = mirror.mirrored_change();
  links["filling"] = mirror.filling();
  return boost::json::serialize(
      boost::json::object{{"links", std::move(links)}, {"stream", state_of(stream)}});
}

}  // namespace waymark::tracker
