// Counters and gauges as Prometheus reads them.
#include "common/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace waymark {
namespace {

using testing::HasSubstr;

enum class Counter : std::size_t { hits, misses, dropped };
constexpr MetricInfo counters[] = {
    {"lookups_total", "result=\"hit\"", "Lookups, by result"},
    {"lookups_total", "result=\"miss\"", "Lookups, by result"},
    {"clicks_dropped_total", "", "Clicks lost"},
};

TEST(MetricsText, SumsTheShardsOfAllThreads) {
  Metrics metrics{counters};
  MetricShard& mine = metrics.new_shard();
  mine.add(Counter::hits, 2);
  std::thread{[&] { metrics.new_shard().add(Counter::hits); }}.join();
  mine.add(Counter::dropped);
  EXPECT_EQ(metrics.sum(0), 3U);
  EXPECT_THAT(metrics.render(),
              testing::StartsWith("# HELP waymark_lookups_total Lookups, by result\n"
                                  "# TYPE waymark_lookups_total counter\n"
                                  "waymark_lookups_total{result=\"hit\"} 3\n"
                                  "waymark_lookups_total{result=\"miss\"} 0\n"
                                  "# HELP waymark_clicks_dropped_total Clicks lost\n"
                                  "# TYPE waymark_clicks_dropped_total counter\n"
                                  "waymark_clicks_dropped_total 1\n"));
}

TEST(MetricsText, AsksGaugesAndKeepsRowsOfANameTogether) {
  Metrics metrics{counters};
  metrics.gauge({"redis_up", "server=\"links\"", "Connected"}, [] { return 1.0; });
  metrics.gauge({"journal_bytes", "", "Owed"}, [] { return 1.5e9; });
  // A gauge may look at the counters.
  metrics.gauge({"redis_up", "server=\"stream\"", "Connected"},
                [&] { return static_cast<double>(metrics.sum(0)); });
  EXPECT_THAT(metrics.render(), HasSubstr("# HELP waymark_redis_up Connected\n"
                                          "# TYPE waymark_redis_up gauge\n"
                                          "waymark_redis_up{server=\"links\"} 1\n"
                                          "waymark_redis_up{server=\"stream\"} 0\n"
                                          "# HELP waymark_journal_bytes Owed\n"
                                          "# TYPE waymark_journal_bytes gauge\n"
                                          "waymark_journal_bytes 1500000000\n"));
}

TEST(MetricsText, TellsOfTheProcess) {
  const Metrics metrics{counters};
  const std::string text = metrics.render();
  for (const char* name : {"process_cpu_seconds_total ", "process_resident_memory_bytes ",
                           "process_start_time_seconds ", "process_open_fds ", "process_max_fds ",
                           "process_threads 1\n"}) {
    EXPECT_THAT(text, HasSubstr(std::string{"\n"} + name));
  }
}

}  // namespace
}  // namespace waymark
