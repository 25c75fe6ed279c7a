#include "redirect/server/host_table.hpp"

#include "common/click_line.hpp"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace waymark::redirect {

std::size_t HostTable::Hash::operator()(std::string_view text) const noexcept {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

const KnownHost& HostTable::find(std::string_view host) {
  return find_or_add(host);
}

void HostTable::set_domain(std::string_view host, std::shared_ptr<const DomainRecord> domain,
                           std::uint64_t due_ms) {
  KnownHost& known = find_or_add(host);
  known.ours = domain != nullptr || host == own_host_;
  known.domain = std::move(domain);
  known.domain_due_ms = due_ms;
}

void HostTable::mark_all_due() noexcept {
  for (auto& [host, known] : hosts_) {
    known.domain_due_ms = std::min<std::uint64_t>(known.domain_due_ms, 1);
  }
}

std::uint64_t HostTable::key_of(std::string_view host) const noexcept {
  return XXH3_64bits_withSeed(host.data(), host.size(), seed_) | 1U;
}

KnownHost& HostTable::find_or_add(std::string_view host) {
  if (const auto at = hosts_.find(host); at != hosts_.end()) return at->second;
  if (hosts_.size() >= room_) make_room();
  KnownHost known;
  known.key = key_of(host);
  known.ours = !host.empty() && host == own_host_;
  if (!host.empty()) known.click_json = "\"host\":\"" + json_escaped(host) + "\",";
  return hosts_.emplace(std::string{host}, std::move(known)).first->second;
}

void HostTable::make_room() {
  const std::size_t before = hosts_.size();
  erase_if(hosts_, [](const auto& entry) { return !entry.second.domain; });
  forgotten_ += before - hosts_.size();
  room_ = hosts_.size() + hosts_max_;
}

}  // namespace waymark::redirect
