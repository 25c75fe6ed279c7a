#include "tracker/cli/sizing/plan.hpp"

#include <algorithm>
#include <cmath>

namespace waymark::cli {
namespace {

constexpr double busy = 0.6;                         // share of a core that is planned with
constexpr double hour_over_day = 2;                  // busiest hour over the day's average
constexpr double redis_memory = 24.0 * (1U << 30U);  // of one master: longer copies take too long
constexpr double window_bytes = 256.0 * (1U << 20U);        // ship.window of one edge
constexpr double edge_memory_base = 64.0 * (1U << 20U);     // program, connections
constexpr double sqlite_bytes = 512.0 * (1U << 30U);  // a larger file is long in backing up
constexpr double journal_min = 2.0 * (1U << 30U);

// Machines of which one may be away.
std::uint64_t machines(double needed) {
  return std::max<std::uint64_t>(2, static_cast<std::uint64_t>(std::ceil(needed)) + 1);
}

std::uint64_t at_least_one(double needed) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(needed)));
}

void plan_edges(const SizingDemand& demand, const SizingFigures& figures, SizingPlan& plan) {
  plan.edge_cores = plan.peak_per_second * figures.edge_us / 1e6;
  plan.edges = machines(plan.edge_cores / busy / demand.edge_cores);
  const double link_bytes =
      figures.link_cache_bytes + figures.link_entry_bytes * (demand.edge_cores - 1);
  plan.edge_memory_bytes = edge_memory_base + demand.links * link_bytes;
  const auto share = demand.clicks_per_day / static_cast<double>(plan.edges - 1);
  plan.edge_disk_bytes = std::max(journal_min, share * figures.click_journal_bytes);
  plan.wire_bits_per_second = plan.peak_per_second * figures.click_wire_bytes * 8;
}

void plan_redis(const SizingDemand& demand, const SizingFigures& figures, SizingPlan& plan) {
  plan.redis_cores =
      plan.peak_per_second * (figures.redis_write_us + figures.redis_read_us) / 1e6;
  plan.stream_memory_bytes = static_cast<double>(plan.edges) * window_bytes *
                             figures.click_stream_bytes / figures.click_journal_bytes;
  plan.stream_masters = at_least_one(
      std::max(plan.redis_cores / busy, plan.stream_memory_bytes / redis_memory));
  plan.links_memory_bytes = demand.links * figures.link_redis_bytes;
  plan.link_masters = at_least_one(plan.links_memory_bytes / redis_memory);
}

void plan_store(const SizingDemand& demand, const SizingFigures& figures, SizingPlan& plan) {
  plan.store_bytes_per_day = demand.clicks_per_day * figures.click_store_bytes;
  plan.store_bytes =
      plan.store_bytes_per_day * demand.click_days + demand.links * figures.link_store_bytes;
  const double sqlite_cores = plan.busy_per_second * figures.tracker_us / 1e6;
  plan.sqlite = sqlite_cores <= busy && plan.store_bytes <= sqlite_bytes;
  const double tracker_us = plan.sqlite ? figures.tracker_us : figures.to_postgres_us;
  plan.tracker_cores = plan.busy_per_second * tracker_us / 1e6;
  plan.trackers = plan.sqlite ? 1 : machines(plan.tracker_cores / busy);
  plan.store_cores = plan.sqlite ? 0 : plan.busy_per_second * figures.postgres_us / 1e6;
}

}  // namespace

SizingPlan plan_deployment(const SizingDemand& demand, const SizingFigures& figures) {
  SizingPlan plan;
  plan.clicks_per_second = demand.clicks_per_day / 86'400;
  plan.peak_per_second = plan.clicks_per_second * demand.peak;
  plan.busy_per_second = plan.clicks_per_second * std::min(hour_over_day, demand.peak);
  plan_edges(demand, figures, plan);
  plan_redis(demand, figures, plan);
  plan_store(demand, figures, plan);
  return plan;
}

}  // namespace waymark::cli
