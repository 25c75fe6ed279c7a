// Runs the local system: starts its programs in order, waits until they are ready, starts again
// what dies, stops everything in order.
#pragma once

#include "tracker/cli/up/local_system.hpp"
#include "tracker/cli/up/restart_policy.hpp"
#include "tracker/cli/up/signals.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string_view>

namespace waymark::cli {

class Supervisor {
 public:
  Supervisor(LocalSystem system, SignalWait& signals);

  // False when a signal asked to end meanwhile. Throws StartupError (exit 1) with the last words of
  // the program that did not start.
  bool start();
  // Watches until a signal asks to end.
  void watch();
  // Edge first, so that its last clicks still find tracker and Redis. A second signal that asks to
  // end kills what is left.
  void stop();

 private:
  struct Supervised {
    ChildProcess process;
    RestartPolicy policy{};
    std::optional<RestartPolicy::Time> start_again{};
  };

  bool wait_until(std::string_view what, Supervised& child, const std::function<bool()>& ready);
  void look_after(Supervised& child);
  void stop_one(Supervised& child, int signal, std::chrono::milliseconds at_most);

  RunningSystem addresses_;
  SignalWait& signals_;
  Supervised redis_;
  Supervised tracker_;
  Supervised edge_;
  bool hurried_ = false;
};

}  // namespace waymark::cli
