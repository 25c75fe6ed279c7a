// From the file back to answers that the threads can store: every record is validated and compiled
// as if it had just come from Redis.
#pragma once

#include "redirect/links/lookup.hpp"
#include "redirect/snapshot/file.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace waymark::redirect::snapshot {

using Answers = std::vector<std::pair<LookupKey, LookupResult>>;

struct LoadOptions {
  DestinationPolicy destinations;
  std::uint64_t now_unix_ms = 0;
  std::uint64_t stale_max_ms = 0;
};

struct Loaded {
  Reading reading = Reading::missing;
  std::size_t answers = 0;
  std::size_t refused = 0;  // do not validate any more, or lack their campaign
};

// Hands the answers over in slices, oldest first. Each is as old as it was, and outdated: with
// Redis there it is asked for again before it is used.
Loaded load(const std::filesystem::path& file, const LoadOptions& options,
            const std::function<void(std::shared_ptr<const Answers>)>& take);

}  // namespace waymark::redirect::snapshot
