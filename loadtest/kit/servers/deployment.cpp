#include "loadtest/kit/servers/deployment.hpp"

#include "common/error.hpp"
#include "loadtest/kit/servers/processes.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace waymark::loadtest {

Deployment read_deployment(const std::string& folder) {
  const auto root = std::filesystem::path{folder};
  std::ifstream file{root / "up.json"};  // tracker/cli/state_folder.hpp
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  boost::system::error_code error;
  const auto document = boost::json::parse(text, error);
  const auto* up = error ? nullptr : document.if_object();
  const auto* pid = up == nullptr ? nullptr : up->if_contains("pid");
  const auto* api = up == nullptr ? nullptr : up->if_contains("api");
  if (pid == nullptr || !pid->is_int64() || api == nullptr || !api->is_string()) {
    throw StartupError(
        exit_code::unavailable,
        fmt::format("--deployment {}: no up.json of a running 'waymark up' is there; "
                    "its folder is $XDG_STATE_HOME/waymark, usually "
                    "~/.local/state/waymark",
                    folder));
  }
  const auto parent = static_cast<::pid_t>(pid->get_int64());
  if (program_of(parent) != "waymark") {  // killed, and could not take its file away
    throw StartupError(
        exit_code::unavailable,
        fmt::format("--deployment {}: its 'waymark up' (process {}) runs no more", folder, parent));
  }
  Deployment deployment{std::string{api->get_string()}, (root / "api-key").string(), {}};
  for (const auto& [name, program] :
       {std::pair{"edge", "waymark-redirect"}, std::pair{"tracker", "waymark-tracker"},
        std::pair{"redis", "redis-server"}}) {
    deployment.servers.push_back({name, 0, 0, parent, program});
  }
  return deployment;
}

}  // namespace waymark::loadtest
