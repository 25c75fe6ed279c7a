// What the parts of the edge are given of its settings, each in the words of the part.
#pragma once

#include "redirect/config.hpp"
#include "redirect/links/link_source.hpp"
#include "redirect/server/worker.hpp"
#include "redirect/snapshot/link_snapshot.hpp"

#include <cstdint>

namespace waymark::redirect {

// From the kernel. Throws StartupError when it gives none.
std::uint64_t random_seed();

SnapshotOptions snapshot_options(const RedirectConfig& config);

// All but the snapshot, which the edge owns.
SourceOptions options_of_source(const RedirectConfig& config);

// All but what the workers share: limits of connections, certificates, the list of agents. A seed
// is drawn at each call.
WorkerOptions worker_options(const RedirectConfig& config);

}  // namespace waymark::redirect
