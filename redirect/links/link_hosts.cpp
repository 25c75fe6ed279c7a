#include "redirect/links/link_hosts.hpp"

namespace waymark::redirect {

using Clock = std::chrono::steady_clock;

bool LinkHosts::is_fresh(const std::string& host) const {
  const auto at = entries_.find(host);
  return at != entries_.end() && Clock::now() - at->second.fetched <= refresh_;
}

bool LinkHosts::is_ours(const std::string& host) const {
  const auto at = entries_.find(host);
  return at != entries_.end() && at->second.ours;
}

bool LinkHosts::learn(const std::string& host, bool ours) {
  const bool full = entries_.size() >= hosts_max && !entries_.contains(host);
  if (full) entries_.clear();
  entries_[host] = {ours, Clock::now()};
  return full;
}

}  // namespace waymark::redirect
