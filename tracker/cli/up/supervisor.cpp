#include "tracker/cli/up/supervisor.hpp"

#include "common/error.hpp"
#include "tracker/cli/http_client.hpp"
#include "tracker/cli/redis_query.hpp"
#include "tracker/cli/terminal.hpp"

#include <fmt/format.h>

#include <csignal>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto start_at_most = 30'000ms;
constexpr auto look_interval = 100ms;
constexpr auto watch_interval = 500ms;
constexpr std::uintmax_t log_bytes_max = 16U << 20U;

bool answers_ready(const std::string& admin) {
  HttpRequest request;
  request.target = "/readyz";
  request.deadline = 1'000ms;
  const auto answer = exchange(parse_http_address(admin), request);
  return answer && answer->status == 200;
}

// A session that runs for weeks must not fill the disk with its logs.
void limit_log(const std::filesystem::path& log) {
  std::error_code error;
  const auto size = std::filesystem::file_size(log, error);
  if (!error && size > log_bytes_max) {
    std::filesystem::resize_file(log, 0, error);
  }
}

}  // namespace

Supervisor::Supervisor(LocalSystem system, SignalWait& signals)
    : addresses_(std::move(system.addresses)),
      signals_(signals),
      redis_{ChildProcess{std::move(system.redis)}},
      tracker_{ChildProcess{std::move(system.tracker)}},
      edge_{ChildProcess{std::move(system.edge)}} {
  std::error_code ignored;
  for (auto* child : {&redis_, &tracker_, &edge_}) {
    std::filesystem::remove(child->process.log(), ignored);
  }
}

bool Supervisor::start() {
  RedisQuery redis{addresses_.redis};
  return wait_until("Redis", redis_, [&] { return redis.connect(look_interval).has_value(); }) &&
         wait_until("tracker", tracker_, [&] { return answers_ready(addresses_.tracker_admin); }) &&
         wait_until("edge", edge_, [&] { return answers_ready(addresses_.edge_admin); });
}

bool Supervisor::wait_until(std::string_view what, Supervised& child,
                            const std::function<bool()>& ready) {
  const auto begin = steady_clock::now();
  child.process.start();
  child.policy.started(begin);
  while (!ready()) {
    if (!child.process.running() || steady_clock::now() - begin > start_at_most) {
      const auto ended = child.process.how_it_ended();
      throw StartupError(exit_code::failure,
                         fmt::format("{} did not start ({}); the end of {}:\n{}", what,
                                     ended.empty() ? "not ready in time" : ended,
                                     child.process.log().string(), child.process.last_words()));
    }
    if (asks_to_end(signals_.next(look_interval))) {
      return false;
    }
  }
  const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
  say(fmt::format("{:<8} ready after {} ms", what, took.count()));
  return true;
}

void Supervisor::watch() {
  while (!asks_to_end(signals_.next(watch_interval))) {
    for (auto* child : {&redis_, &tracker_, &edge_}) {
      look_after(*child);
    }
  }
}

void Supervisor::look_after(Supervised& child) {
  limit_log(child.process.log());
  if (child.process.running()) {
    return;
  }
  const auto now = steady_clock::now();
  if (!child.start_again) {
    const auto pause = child.policy.died(now);
    child.start_again = now + pause;
    say(fmt::format("{} ended ({}); starting it again{} (log: {})", child.process.name(),
                    child.process.how_it_ended(),
                    pause.count() > 0 ? fmt::format(" in {} ms", pause.count()) : "",
                    child.process.log().string()));
  }
  if (now >= *child.start_again) {
    child.process.start();
    child.policy.started(now);
    child.start_again.reset();
  }
}

void Supervisor::stop() {
  say("Stopping: edge, tracker, Redis");
  stop_one(edge_, SIGINT, 20'000ms);  // ships its last clicks
  stop_one(tracker_, SIGINT, 20'000ms);
  stop_one(redis_, SIGTERM, 20'000ms);
}

void Supervisor::stop_one(Supervised& child, int signal, milliseconds at_most) {
  child.process.signal(signal);
  const auto end = steady_clock::now() + at_most;
  while (child.process.running() && steady_clock::now() < end && !hurried_) {
    hurried_ = asks_to_end(signals_.next(look_interval));
  }
  if (child.process.running()) {
    say(fmt::format("{} does not end: killed", child.process.name()));
    child.process.signal(SIGKILL);
    child.process.wait_for_end(5'000ms);
  }
}

}  // namespace waymark::cli
