// The links that turned out to have no record since the snapshot was last written: what the file
// holds of them must leave it. Most are codes that never were: a scan asks for thousands a second,
// so each takes eight bytes and not an answer's sixty.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redirect::snapshot {

class GoneLinks {
 public:
  // `seed` is secret: outsiders must not choose codes that stand for somebody else's.
  explicit GoneLinks(std::uint64_t seed = 0) : seed_(seed) {}

  // `name` is host/code.
  void add(std::string_view name) { hashes_.insert(hash_of(name)); }
  void remove(std::string_view name) { hashes_.erase(hash_of(name)); }
  bool contains(std::string_view name) const {
    return !hashes_.empty() && hashes_.contains(hash_of(name));
  }

  std::size_t size() const noexcept { return hashes_.size(); }

 private:
  std::uint64_t hash_of(std::string_view name) const noexcept {
    return XXH3_64bits_withSeed(name.data(), name.size(), seed_);
  }

  std::uint64_t seed_;
  boost::unordered_flat_set<std::uint64_t> hashes_;
};

}  // namespace waymark::redirect::snapshot
