#include "redirect/agents/network_table.hpp"

#include <algorithm>

namespace waymark::redirect {

void NetworkTable::add(const AddressRange& range, std::string_view bot) {
  auto at = std::ranges::find_if(lengths_, [&range](const Length& length) {
    return length.prefix_bits <= range.prefix_bits && length.address_bytes == range.first.size;
  });
  if (at == lengths_.end() || at->prefix_bits != range.prefix_bits) {
    at = lengths_.insert(at, {range.first.size, range.prefix_bits, {}});
  }
  at->bots.try_emplace(range.first, bot);
}

std::optional<std::string_view> NetworkTable::find(const IpAddress& address) const noexcept {
  for (const Length& length : lengths_) {
    if (length.address_bytes != address.size) continue;
    const auto found = length.bots.find(network_of(address, length.prefix_bits));
    if (found != length.bots.end()) return found->second;
  }
  return {};
}

}  // namespace waymark::redirect
