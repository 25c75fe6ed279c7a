// The hosts that visitors asked for, each with a number for the cache and its escaped member for
// the click line. Bounded: hosts are visitors' input.
#pragma once

#include "common/records.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::redirect {

struct KnownHost {
  std::uint32_t number = 0;                    // never LinkCache::any_host
  std::string click_json;                      // "host":"go.example",
  std::shared_ptr<const DomainRecord> domain;  // null when it has none, or none is known yet
};

// One per thread.
class HostTable {
 public:
  explicit HostTable(std::size_t hosts_max) : hosts_max_(hosts_max) {}

  // Valid until the next call. When the table is full it starts anew: numbers are never given out
  // twice, so what the cache holds under the old ones ages out unused.
  const KnownHost& find(std::string_view host);
  void set_domain(std::string_view host, std::shared_ptr<const DomainRecord> domain);
  // 0 when it is not known.
  std::uint32_t number_of(std::string_view host) const;

  std::uint64_t forgotten() const noexcept { return forgotten_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  KnownHost& find_or_add(std::string_view host);

  boost::unordered_flat_map<std::string, KnownHost, Hash, std::equal_to<>> hosts_;
  std::size_t hosts_max_;
  std::uint32_t next_number_ = 1;
  std::uint64_t forgotten_ = 0;
};

}  // namespace waymark::redirect
