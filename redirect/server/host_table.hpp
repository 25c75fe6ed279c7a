// The hosts that visitors asked for, each with its key for the cache, its escaped member for the
// click line and its domain record. Bounded: hosts are visitors' input, domain records the firm's.
#pragma once

#include "common/records.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::redirect {

struct KnownHost {
  std::uint64_t key = 0;   // of the LinkCache; the same for a name at any time, never any_host
  std::string click_json;  // "host":"go.example",
  std::shared_ptr<const DomainRecord> domain;  // null when it has none, or none is known yet
  bool ours = false;  // has a domain record, or is the host of links.base_url
  // When the record has to be asked for again; 0: it was never heard of.
  std::uint64_t domain_due_ms = 0;
};

// One per thread.
class HostTable {
 public:
  // `seed` is secret: outsiders must not choose keys, nor names that lie in each other's way.
  // `own_host` is ours without a record.
  HostTable(std::size_t hosts_max, std::uint64_t seed, std::string own_host = {})
      : hosts_(0, Hash{seed}),
        hosts_max_(hosts_max),
        room_(hosts_max),
        seed_(seed),
        own_host_(std::move(own_host)) {}

  // Valid until the next call. At most `hosts_max` hosts without a domain record are remembered:
  // then all of these are forgotten; what the cache holds for them stays good.
  const KnownHost& find(std::string_view host);
  // What Redis said, good until `due_ms`.
  void set_domain(std::string_view host, std::shared_ptr<const DomainRecord> domain,
                  std::uint64_t due_ms);
  // Changes may have been missed: every record is asked for when it is next needed.
  void mark_all_due() noexcept;
  bool knows(std::string_view host) const { return hosts_.contains(host); }
  std::uint64_t key_of(std::string_view host) const noexcept;

  std::uint64_t forgotten() const noexcept { return forgotten_; }

 private:
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    std::uint64_t seed;
    std::size_t operator()(std::string_view text) const noexcept;
  };
  KnownHost& find_or_add(std::string_view host);
  void make_room();

  boost::unordered_flat_map<std::string, KnownHost, Hash, std::equal_to<>> hosts_;
  std::size_t hosts_max_;
  std::size_t room_;  // size at which is forgotten
  std::uint64_t seed_;
  std::string own_host_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace waymark::redirect
