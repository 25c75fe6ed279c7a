// CPU and memory of the servers while the load runs, read from /proc once a second by a thread of
// its own.
#pragma once

#include "loadtest/kit/result.hpp"
#include "loadtest/kit/servers/server.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace waymark::loadtest {

class ServerSampler {
 public:
  // Begins at once; `start` is the moment that samples count from.
  ServerSampler(std::vector<Server> servers, std::chrono::steady_clock::time_point start);

  // Takes a last sample and ends. CPU time is told for each of `answered` requests.
  std::vector<ServerUsage> finish(std::uint64_t answered);

 private:
  struct Watched {
    Server server;
    ServerUsage usage;
    std::map<::pid_t, std::uint64_t> cpu_ns;  // as last read, of each process
    std::uint64_t used_ns = 0;
  };

  void run(const std::stop_token& stop);
  void sample(std::chrono::steady_clock::time_point now);
  std::uint64_t take_cpu(Watched& watched, const std::vector<::pid_t>& tree) const;

  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point sampled_;
  bool first_ = true;
  std::vector<Watched> watched_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: uses the others
};

}  // namespace waymark::loadtest
