// What is known of visitors by the network they come from. Filled once, then read by any thread.
#pragma once

#include "redirect/server/ip_address.hpp"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace waymark::redirect {

class NetworkTable {
 public:
  // Keeps what was said of the same range before. `bot` must outlive the table.
  void add(const AddressRange& range, std::string_view bot);

  // What the longest prefix that holds the address says, as routers choose. One lookup for each
  // length that any range has.
  std::optional<std::string_view> find(const IpAddress& address) const noexcept;

 private:
  struct Hash {
    std::size_t operator()(const IpAddress& address) const noexcept {
      return boost::hash_range(address.bytes.begin(), address.bytes.end());
    }
  };
  struct Length {
    std::uint8_t address_bytes = 0;
    std::uint8_t prefix_bits = 0;
    boost::unordered_flat_map<IpAddress, std::string_view, Hash> bots;
  };
  std::vector<Length> lengths_;  // the longest first
};

}  // namespace waymark::redirect
