// Which of the hosts that records lead to are hosts of short links themselves, having a domain
// record: a visitor who was sent there would go round in circles. Control thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace waymark::redirect {

class LinkHosts {
 public:
  static constexpr std::size_t hosts_max = 10'000;

  explicit LinkHosts(std::chrono::milliseconds refresh) : refresh_(refresh) {}

  // Whether the host need not be asked for: known, and younger than `refresh`.
  bool is_fresh(const std::string& host) const;
  // By what was heard last; false of a host that is not known.
  bool is_ours(const std::string& host) const;
  // What Redis said. True when all others were forgotten, there being `hosts_max` of them.
  bool learn(const std::string& host, bool ours);
  // Redis said that the host's record changed.
  void changed(const std::string& host) { entries_.erase(host); }
  // Changes may have been missed.
  void forget_all() { entries_.clear(); }

 private:
  struct Entry {
    bool ours = false;
    std::chrono::steady_clock::time_point fetched;
  };
  std::chrono::milliseconds refresh_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace waymark::redirect
