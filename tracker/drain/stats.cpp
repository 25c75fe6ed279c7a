#include "tracker/drain/stats.hpp"

namespace waymark::tracker {

void DrainStats::register_gauges(Metrics& metrics) const {
  const auto add = [&](const char* name, const char* labels, const char* help, const Count& count,
                       double scale = 1) {
    metrics.gauge({name, labels, help},
                  [&count, scale] { return static_cast<double>(count.load()) * scale; });
  };
  add("drain_lines_read_total", "", "Lines of committed batches", read);
  const char* lines = "Lines by what became of them; together they are drain_lines_read_total";
  add("drain_lines_total", "result=\"stored\"", lines, stored);
  add("drain_lines_total", "result=\"duplicate\"", lines, duplicate);
  add("drain_lines_total", "result=\"dead\"", lines, dead);
  add("drain_lines_total", "result=\"late\"", lines, late);
  add("drain_entries_total", "", "Stream entries acknowledged", entries);
  add("drain_entries_gone_total", "", "Entries trimmed while they were pending", entries_gone);
  add("drain_takeovers_total", "", "Ended trackers whose entries this one took over", takeovers);
  add("drain_entries_taken_over_total", "", "Pending entries of ended trackers taken over",
      entries_taken_over);
  add("drain_batches_total", "", "Transactions committed", batches);
  add("drain_commit_seconds_total", "", "Time spent in commits", commit_us, 1e-6);
  add("drain_failures_total", "of=\"store\"", "Attempts that failed, by side", store_failures);
  add("drain_failures_total", "of=\"redis\"", "Attempts that failed, by side", redis_failures);
  add("drain_failures_total", "of=\"publish\"", "Attempts that failed, by side",
      publish_failures);
  add("drain_publications_total", "", "Figures published", publications);
  add("drain_trimmed_total", "why=\"acknowledged\"", "Stream entries trimmed, by reason", trimmed);
  add("drain_trimmed_total", "why=\"cap\"", "Stream entries trimmed, by reason", trimmed_over_cap);
  add("drain_lag_seconds", "", "Age of the oldest entry of the last batch", lag_ms, 1e-3);
  add("drain_generations_total", "", "Times the store was found behind", generations_renewed);
}

}  // namespace waymark::tracker
