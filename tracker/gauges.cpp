#include "tracker/gauges.hpp"

#include "common/metrics.hpp"
#include "common/redis/client.hpp"
#include "tracker/api/api_server.hpp"
#include "tracker/api/stream_desk.hpp"
#include "tracker/leases/leases.hpp"
#include "tracker/program/mirror.hpp"
#include "tracker/program/wanted.hpp"
#include "tracker/store/store_thread.hpp"

#include <string_view>
#include <utility>

namespace waymark::tracker {

void register_gauges(Metrics& metrics, const Mirror& mirror, const Wanted& wanted,
                     const ApiServer& api, const StreamDesk& desk, const StoreThread& store) {
  static constexpr const char* labels[] = {"class=\"2xx\"", "class=\"3xx\"", "class=\"4xx\"",
                                           "class=\"5xx\""};
  for (std::size_t i = 0; i < 4; ++i) {
    metrics.gauge({"api_answers_total", labels[i], "Answers of the API, by class of status"},
                  [&api, i] { return static_cast<double>(api.answers(i + 2)); });
  }
  metrics.gauge({"mirror_records_total", "", "Records written to Redis"},
                [&mirror] { return static_cast<double>(mirror.counts().records); });
  metrics.gauge({"mirror_fills_total", "", "Times Redis was filled anew"},
                [&mirror] { return static_cast<double>(mirror.counts().fills); });
  metrics.gauge({"mirror_set_back_total", "", "Times the store lacked changes that Redis had seen"},
                [&mirror] { return static_cast<double>(mirror.counts().set_back); });
  metrics.gauge({"mirror_failures_total", "", "Attempts to write to Redis that failed"},
                [&mirror] { return static_cast<double>(mirror.counts().failures); });
  metrics.gauge({"mirror_change", "", "Last change that Redis holds; 0 when it is not known"},
                [&mirror] { return static_cast<double>(mirror.mirrored_change()); });
  metrics.gauge({"mirror_connected", "", "1 while redis.links answers"},
                [&mirror] { return mirror.connection().ready() ? 1.0 : 0.0; });
  metrics.gauge({"wants_total", "", "Links that edges asked for because Redis lacked them"},
                [&wanted] { return static_cast<double>(wanted.counts().wants); });
  metrics.gauge({"wants_records_total", "", "Records written for edges that asked"},
                [&wanted] { return static_cast<double>(wanted.counts().records); });
  metrics.gauge({"wants_absences_total", "", "Absences written for edges that asked"},
                [&wanted] { return static_cast<double>(wanted.counts().absences); });
  metrics.gauge({"wants_failures_total", "", "Batches of wanted links that were given up"},
                [&wanted] { return static_cast<double>(wanted.counts().failures); });
  metrics.gauge({"click_events_listeners", "", "Listeners of /v1/clicks/stream"},
                [&desk] { return static_cast<double>(desk.listeners()); });
  metrics.gauge({"click_events_refused_total", "", "Listeners refused because too many were there"},
                [&desk] { return static_cast<double>(desk.listeners_refused()); });
  metrics.gauge({"click_events_cut_total", "", "Listeners cut because they took too long"},
                [&desk] { return static_cast<double>(desk.listeners_cut()); });
  metrics.gauge({"click_events_total", "", "Clicks sent to listeners"},
                [&desk] { return static_cast<double>(desk.events()); });
  metrics.gauge(
      {"click_events_gaps_total", "", "Times a listener came too late for trimmed entries"},
      [&desk] { return static_cast<double>(desk.gaps()); });
  metrics.gauge({"store_jobs_waiting", "", "Work that waits for the threads of the store"},
                [&store] { return static_cast<double>(store.waiting()); });
}

void register_gauges(Metrics& metrics, const Leases& leases) {
  static constexpr const char* help = "1 while this tracker holds the lease";
  metrics.gauge({"lease_held", "lease=\"tracker\"", help},
                [&leases] { return leases.slot().held() ? 1.0 : 0.0; });
  static constexpr std::pair<std::string_view, const char*> works[] = {
      {lease_names::folding, "lease=\"folding\""},
      {lease_names::mirror, "lease=\"mirror\""},
      {lease_names::jobs, "lease=\"jobs\""}};
  for (const auto& [name, labels] : works) {
    metrics.gauge({"lease_held", labels, help},
                  [&leases, name = name] { return leases.lease(name).held() ? 1.0 : 0.0; });
  }
  metrics.gauge({"lease_failures_total", "", "Leases that the store did not answer about"},
                [&leases] { return static_cast<double>(leases.failures()); });
}

}  // namespace waymark::tracker
