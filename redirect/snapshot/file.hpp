// The snapshot on disk. Damage in an answer costs that one alone, in the record of a host or
// in a length all that stands behind; writing makes a new file beside the old
// one and puts it in its place, so that there is a whole one at any instant.
#pragma once

#include "redirect/snapshot/format.hpp"
#include "redirect/snapshot/gone_links.hpp"
#include "redirect/snapshot/payload_list.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace waymark::redirect::snapshot {

enum class Reading : std::uint8_t {
  whole,    // to its end
  missing,  // there is no file
  foreign,  // not a snapshot, or of another version: nothing was read
  damaged,  // what could be read was
};

// Hands every payload to `take`, in order, without the last one that only counts.
Reading read(const std::filesystem::path& file, const std::function<void(std::string_view)>& take);

struct Bounds {
  std::size_t bytes_max = 0;    // of lookups; past it the oldest go
  std::uint64_t oldest_ms = 0;  // unix milliseconds; what is older goes
};

struct Written {
  bool done = false;
  std::size_t bytes = 0;
  std::size_t lookups = 0;
  std::string problem;  // why it was not done
};

// Brings the file up to date with `payloads`, the newest last: they replace entries of the same
// key. Lookups of links that are `gone` leave, those among the payloads too. One process at a time
// writes a file; another finds it locked and fails.
Written update(const std::filesystem::path& file, const PayloadList& payloads,
               const GoneLinks& gone, const Bounds& bounds);

}  // namespace waymark::redirect::snapshot
