// A program started and watched by `waymark up`. Not a general process library: children write to a
// log file, get no input, and end with their parent.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace waymark::cli {

struct ProgramLine {
  std::string name;  // in messages: "edge"
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::filesystem::path log;  // standard output and error, appended
};

class ChildProcess {
 public:
  explicit ChildProcess(ProgramLine line) : line_(std::move(line)) {}
  // Kills what still runs.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  // Throws StartupError (exit 1) when no process can be made. The child has a process group of its
  // own, so that Ctrl-C reaches the parent alone, and gets SIGTERM when the parent dies.
  void start();
  // Looks whether it still runs, without waiting.
  bool running();
  void signal(int number) const;
  // False when it still runs after `at_most`.
  bool wait_for_end(std::chrono::milliseconds at_most);

  const std::string& name() const noexcept { return line_.name; }
  const std::filesystem::path& log() const noexcept { return line_.log; }
  ::pid_t pid() const noexcept { return pid_; }
  // How it ended, in words: "exit code 78", "signal 9"; empty while it runs.
  std::string how_it_ended() const;
  // Last lines of its log, for a message about a failed start.
  std::string last_words() const;

 private:
  ProgramLine line_;
  ::pid_t pid_ = -1;  // -1: not running
  int status_ = 0;
  bool started_ = false;
};

// Finds `name` beside this program, then in PATH. An empty path when there is none.
std::filesystem::path find_program(const std::string& name);
// This program, resolved.
std::filesystem::path own_program();

}  // namespace waymark::cli
