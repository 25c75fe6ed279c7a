// Where `waymark` keeps things between commands: $XDG_STATE_HOME/waymark (~/.local/state/waymark).
// `up` writes here, the other commands find here what it started.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace waymark::cli {

struct StateFolder {
  std::filesystem::path root;

  // From the environment. Throws StartupError when neither XDG_STATE_HOME nor HOME is set.
  static StateFolder from_environment();

  std::filesystem::path api_key() const { return root / "api-key"; }
  std::filesystem::path keys() const { return root / "keys"; }
  std::filesystem::path store() const { return root / "waymark.db"; }
  std::filesystem::path journal() const { return root / "journal"; }
  std::filesystem::path redis() const { return root / "redis"; }
  std::filesystem::path logs() const { return root / "logs"; }
  std::filesystem::path lock() const { return root / "up.lock"; }
  std::filesystem::path running() const { return root / "up.json"; }
};

// Addresses of a running `up`.
struct RunningSystem {
  ::pid_t pid = 0;
  std::string edge, edge_admin;  // http://127.0.0.1:8080
  std::string api, tracker_admin;
  std::string redis;  // a Redis URL

  friend bool operator==(const RunningSystem&, const RunningSystem&) = default;
};

// Held by `up` while it runs; the kernel lets go of it when the process ends, however it ends.
class UpLock {
 public:
  // Throws StartupError (exit 4) when another `up` holds it.
  explicit UpLock(const StateFolder& folder);
  ~UpLock();
  UpLock(const UpLock&) = delete;
  UpLock& operator=(const UpLock&) = delete;

 private:
  int descriptor_;
};

std::string running_json(const RunningSystem& system);
void write_running(const StateFolder& folder, const RunningSystem& system);

// Nothing when no `up` runs: the file of one that was killed does not count.
std::optional<RunningSystem> read_running(const StateFolder& folder);

}  // namespace waymark::cli
