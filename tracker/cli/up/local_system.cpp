#include "tracker/cli/up/local_system.hpp"

#include "common/error.hpp"
#include "common/keys.hpp"
#include "tracker/cli/private_file.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

fs::path required_program(const std::string& name, std::string_view remedy) {
  auto program = find_program(name);
  if (program.empty()) {
    throw StartupError(exit_code::unavailable, fmt::format("{} is missing: {}", name, remedy));
  }
  return program;
}

bool can_listen(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free =
      ::bind(descriptor, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(descriptor, 1) == 0;
  ::close(descriptor);
  return free;
}

void make_folders(const StateFolder& folder) {
  std::error_code error;
  for (const auto& path : {folder.root, folder.journal(), folder.redis(), folder.logs()}) {
    fs::create_directories(path, error);
    if (error) {
      throw StartupError(exit_code::failure,
                         fmt::format("cannot make {}: {}; XDG_STATE_HOME chooses another place",
                                     path.string(), error.message()));
    }
  }
  fs::permissions(folder.root, fs::perms::owner_all, error);  // keys and clicks lie in it
}

// A socket file is private to this user; only where its name is too long for one, a port it is.
ProgramLine redis_line(const StateFolder& folder, fs::path program, std::string& url) {
  ProgramLine line{"redis", std::move(program), {}, folder.logs() / "redis.log"};
  const auto socket = (folder.redis() / "redis.sock").string();
  if (socket.size() < sizeof(::sockaddr_un::sun_path)) {
    url = "unix://" + socket;
    line.arguments = {"--port", "0", "--unixsocket", socket, "--unixsocketperm", "700"};
  } else {
    std::set<std::uint16_t> taken;
    const auto port = std::to_string(free_port(6390, taken));
    url = "redis://127.0.0.1:" + port;
    line.arguments = {"--bind", "127.0.0.1", "--port", port};
  }
  for (const auto* word : {"--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
                           "--daemonize", "no", "--logfile", "", "--loglevel", "warning"}) {
    line.arguments.emplace_back(word);
  }
  line.arguments.insert(line.arguments.end(), {"--dir", folder.redis().string()});
  return line;
}

}  // namespace

std::uint16_t free_port(std::uint16_t wanted, std::set<std::uint16_t>& taken) {
  constexpr std::uint16_t attempts = 100;
  for (std::uint16_t port = wanted; port < wanted + attempts; ++port) {
    if (!taken.contains(port) && can_listen(port)) {
      taken.insert(port);
      return port;
    }
  }
  throw StartupError(exit_code::failure, fmt::format("no free port from {} to {} on 127.0.0.1",
                                                     wanted, wanted + attempts - 1));
}

LocalSystem plan_local_system(const StateFolder& folder) {
  const auto redis = required_program(
      "redis-server",
      "install it with 'sudo apt-get install redis-server' or deploy/install-packages run");
  const auto beside = "it belongs beside waymark; build it with 'cmake --build --preset release'";
  const auto edge = required_program("waymark-redirect", beside);
  const auto tracker = required_program("waymark-tracker", beside);
  make_folders(folder);
  if (!fs::exists(folder.keys())) {
    write_private_file(folder.keys(), new_keys_file());
  }

  LocalSystem system;
  std::set<std::uint16_t> taken;
  const auto address = [&](std::uint16_t wanted) {
    return fmt::format("127.0.0.1:{}", free_port(wanted, taken));
  };
  const auto edge_at = address(8080), api_at = address(8090), public_at = address(8091);
  const auto edge_admin_at = address(9080), tracker_admin_at = address(9090);
  auto& running = system.addresses;
  running.pid = ::getpid();
  running.edge = "http://" + edge_at;
  running.edge_admin = "http://" + edge_admin_at;
  running.api = "http://" + api_at;
  running.tracker_admin = "http://" + tracker_admin_at;
  system.redis = redis_line(folder, redis, running.redis);
  system.edge = {"edge",
                 edge,
                 {"--listen", edge_at, "--admin", edge_admin_at, "--redis", running.redis,
                  "--journal", folder.journal().string(), "--keys", folder.keys().string(), "--set",
                  "cookies.secure=false", "--set", "links.base_url=" + running.edge},
                 folder.logs() / "redirect.log"};
  system.tracker = {"tracker",
                    tracker,
                    {"--listen", api_at, "--public", public_at, "--admin", tracker_admin_at,
                     "--redis", running.redis, "--store", "sqlite:" + folder.store().string(),
                     "--keys", folder.keys().string(), "--bootstrap-key-file",
                     folder.api_key().string(), "--set", "links.base_url=" + running.edge},
                    folder.logs() / "tracker.log"};
  return system;
}

}  // namespace waymark::cli
