#include "redirect/links/link_hosts.hpp"

#include "common/link_rules.hpp"

#include <algorithm>
#include <string_view>

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

std::vector<std::string> hosts_of(const LinkRecord& link) {
  std::vector<std::string> hosts;
  const auto add = [&hosts](std::string_view url) {
    if (url.empty()) return;
    std::string host = host_of(url);
    if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(std::move(host));
  };
  add(link.destination);
  add(link.expired_url);
  if (link.rules.empty()) return hosts;
  // Where they may lead was checked with the record.
  for (const LinkRule& rule : parse_rules(link.rules, {}).value()) {
    for (const RuleVariant& variant : rule.variants) add(variant.destination);
  }
  return hosts;
}

}  // namespace waymark::redirect
