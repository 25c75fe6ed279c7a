#include "tracker/redis_state.hpp"

#include "common/redis/connection.hpp"
#include "tracker/program/mirror.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace waymark::tracker {
namespace {

boost::json::object state_of(const redis::Connection& connection) {
  const bool ready = connection.ready();
  boost::json::value error;
  if (!ready) error = connection.last_error().message();
  return {{"connected", ready},
          {"version", connection.server().version},
          {"run_id", connection.server().run_id},
          {"error", error}};
}

}  // namespace

std::string redis_state(const Mirror& mirror, const redis::Connection& stream) {
  auto links = state_of(mirror.connection());
  links["mirrored_change"] = mirror.mirrored_change();
  links["filling"] = mirror.filling();
  return boost::json::serialize(
      boost::json::object{{"links", std::move(links)}, {"stream", state_of(stream)}});
}

}  // namespace waymark::tracker
