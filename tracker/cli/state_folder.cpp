#include "tracker/cli/state_folder.hpp"

#include "common/error.hpp"

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace waymark::cli {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

bool lock_is_held(const StateFolder& folder) {
  const int descriptor = ::open(folder.lock().c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return false;
  }
  const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return held;
}

}  // namespace

StateFolder StateFolder::from_environment() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') {
    return {std::filesystem::path{state} / "waymark"};
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    throw StartupError(exit_code::config,
                       "neither XDG_STATE_HOME nor HOME is set: set XDG_STATE_HOME to a folder "
                       "that waymark may write to");
  }
  return {std::filesystem::path{home} / ".local/state/waymark"};
}

UpLock::UpLock(const StateFolder& folder)
    : descriptor_(::open(folder.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0) {
    throw StartupError(exit_code::failure, fmt::format("cannot open {}: {}", folder.lock().string(),
                                                       std::strerror(errno)));
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw StartupError(exit_code::conflict,
                       fmt::format("another 'waymark up' runs with {}: stop it with Ctrl-C in its "
                                   "terminal, or give this one its own XDG_STATE_HOME",
                                   folder.root.string()));
  }
}

UpLock::~UpLock() {
  ::close(descriptor_);
}

std::string running_json(const RunningSystem& system) {
  return json::serialize(json::value{{"pid", system.pid},
                                     {"edge", system.edge},
                                     {"edge_admin", system.edge_admin},
                                     {"api", system.api},
                                     {"tracker_admin", system.tracker_admin},
                                     {"redis", system.redis}});
}

void write_running(const StateFolder& folder, const RunningSystem& system) {
  std::ofstream{folder.running(), std::ios::trunc} << running_json(system) << '\n';
}

std::optional<RunningSystem> read_running(const StateFolder& folder) {
  std::ifstream file{folder.running()};
  if (!file || !lock_is_held(folder)) {
    return std::nullopt;
  }
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  boost::system::error_code error;
  const auto document = json::parse(text, error);
  if (error || !document.is_object()) {
    return std::nullopt;
  }
  const auto& object = document.get_object();
  RunningSystem system;
  if (const auto* pid = object.if_contains("pid"); pid != nullptr && pid->is_int64()) {
    system.pid = static_cast<::pid_t>(pid->get_int64());
  }
  system.edge = text_of(object, "edge");
  system.edge_admin = text_of(object, "edge_admin");
  system.api = text_of(object, "api");
  system.tracker_admin = text_of(object, "tracker_admin");
  system.redis = text_of(object, "redis");
  return system;
}

}  // namespace waymark::cli
