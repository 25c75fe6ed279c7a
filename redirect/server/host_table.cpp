#include "redirect/server/host_table.hpp"

#include "common/click_line.hpp"

#include <utility>

namespace waymark::redirect {

const KnownHost& HostTable::find(std::string_view host) {
  return find_or_add(host);
}

void HostTable::set_domain(std::string_view host, std::shared_ptr<const DomainRecord> domain) {
  find_or_add(host).domain = std::move(domain);
}

KnownHost& HostTable::find_or_add(std::string_view host) {
  if (const auto at = hosts_.find(host); at != hosts_.end()) return at->second;
  if (hosts_.size() >= hosts_max_) {
    forgotten_ += hosts_.size();
    hosts_.clear();
  }
  KnownHost known{next_number_++, {}, nullptr};
  if (!host.empty()) known.click_json = "\"host\":\"" + json_escaped(host) + "\",";
  return hosts_.emplace(std::string{host}, std::move(known)).first->second;
}

std::uint32_t HostTable::number_of(std::string_view host) const {
  const auto at = hosts_.find(host);
  return at == hosts_.end() ? 0 : at->second.number;
}

}  // namespace waymark::redirect
