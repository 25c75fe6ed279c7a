// What the tracker shows of its API, of the copy of the links and of its leases in /metrics; the
// drain has its own.
#pragma once

namespace waymark {
class Metrics;
}

namespace waymark::tracker {

class ApiServer;
class Leases;
class Mirror;
class StoreThread;
class StreamDesk;
class Wanted;

// `metrics` must not be rendered after the others are gone, and only on their thread.
void register_gauges(Metrics& metrics, const Mirror& mirror, const Wanted& wanted,
                     const ApiServer& api, const StreamDesk& desk, const StoreThread& store);
void register_gauges(Metrics& metrics, const Leases& leases);

}  // namespace waymark::tracker
