#include "loadtest/kit/servers/server_sampler.hpp"

#include "loadtest/kit/servers/processes.hpp"

#include <unistd.h>

#include <array>
#include <utility>

namespace waymark::loadtest {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
constexpr std::chrono::seconds sample_every{1};

std::string own_host() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

ServerSampler::ServerSampler(std::vector<Server> servers, Clock::time_point start)
    : start_(start), sampled_(Clock::now()) {
  for (auto& server : servers) {
    Watched watched;
    watched.usage.name = server.name;
    watched.usage.host = own_host();
    watched.server = std::move(server);
    watched_.push_back(std::move(watched));
  }
  sample(sampled_);  // where the CPU clocks stand
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void ServerSampler::run(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  for (auto next = sampled_ + sample_every; !stop.stop_requested(); next += sample_every) {
    wake_.wait_until(lock, stop, next, [] { return false; });
    if (!stop.stop_requested()) sample(Clock::now());
  }
}

// What the processes have used since the last sample. One that is new since then (a restart) has
// used all of its time meanwhile; what one used between the last sample and its end is not seen.
std::uint64_t ServerSampler::take_cpu(Watched& watched, const std::vector<::pid_t>& tree) const {
  std::uint64_t used = 0;
  std::map<::pid_t, std::uint64_t> now;
  for (const auto pid : tree) {
    const auto cpu = cpu_ns_of(pid);
    if (!cpu) continue;
    const auto before = watched.cpu_ns.find(pid);
    const auto base = before == watched.cpu_ns.end() ? 0 : before->second;
    if (!first_ && *cpu >= base) used += *cpu - base;
    now[pid] = *cpu;
  }
  watched.cpu_ns = std::move(now);
  return used;
}

void ServerSampler::sample(Clock::time_point now) {
  const double passed = Seconds{now - sampled_}.count();
  for (auto& watched : watched_) {
    const auto pid = watched.server.find();
    const auto tree = pid ? tree_of(*pid) : std::vector<::pid_t>{};
    if (pid) watched.usage.pid = watched.server.pid = *pid;
    const auto used = take_cpu(watched, tree);
    watched.used_ns += used;
    if (first_) continue;
    UsageSample sample;
    sample.at = Seconds{now - start_}.count();
    sample.cpu_cores = passed > 0 ? static_cast<double>(used) / 1e9 / passed : 0;
    for (const auto member : tree) {
      const auto memory = memory_of(member);
      sample.rss_bytes += memory.rss_bytes;
      sample.anon_bytes += memory.anon_bytes;
    }
    watched.usage.samples.push_back(sample);
  }
  sampled_ = now;
  first_ = false;
}

std::vector<ServerUsage> ServerSampler::finish(std::uint64_t answered) {
  thread_.request_stop();
  thread_.join();
  sample(Clock::now());
  std::vector<ServerUsage> all;
  for (auto& watched : watched_) {
    auto& usage = watched.usage;
    usage.cpu_seconds = static_cast<double>(watched.used_ns) / 1e9;
    if (answered > 0)
      usage.cpu_us_per_request = usage.cpu_seconds * 1e6 / static_cast<double>(answered);
    all.push_back(std::move(usage));
  }
  return all;
}

}  // namespace waymark::loadtest
