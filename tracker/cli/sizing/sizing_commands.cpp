// `waymark sizing`: from clicks a day and links to machines.
#include "common/error.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/sizing/amount.hpp"
#include "tracker/cli/sizing/figures.hpp"
#include "tracker/cli/sizing/plan.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace waymark::cli {
namespace {

namespace json = boost::json;

SizingDemand demand_of(const Arguments& arguments) {
  if (!arguments.has("--clicks-per-day") || !arguments.has("--links")) {
    throw StartupError(exit_code::usage,
                       "sizing needs --clicks-per-day and --links: waymark sizing "
                       "--clicks-per-day 50M --links 1M");
  }
  const auto amount = [&](std::string_view flag, std::string_view fallback, double max) {
    return amount_of(flag, arguments.value_or(flag, fallback), max);
  };
  SizingDemand demand;
  demand.clicks_per_day = amount("--clicks-per-day", "", 1e10);
  demand.links = amount("--links", "", 1e10);
  demand.peak = amount("--peak", "5", 1'000);
  demand.edge_cores = amount("--edge-cores", "4", 256);
  demand.click_days = amount("--keep-days", "365", 36'500);
  return demand;
}

json::object as_json(const SizingPlan& plan) {
  return {{"clicks_per_second", plan.clicks_per_second},
          {"peak_per_second", plan.peak_per_second},
          {"busy_per_second", plan.busy_per_second},
          {"edge_cores", plan.edge_cores},
          {"edges", plan.edges},
          {"edge_memory_bytes", plan.edge_memory_bytes},
          {"edge_disk_bytes", plan.edge_disk_bytes},
          {"wire_bits_per_second", plan.wire_bits_per_second},
          {"redis_cores", plan.redis_cores},
          {"stream_masters", plan.stream_masters},
          {"stream_memory_bytes", plan.stream_memory_bytes},
          {"link_masters", plan.link_masters},
          {"links_memory_bytes", plan.links_memory_bytes},
          {"store", plan.sqlite ? "sqlite" : "postgresql"},
          {"trackers", plan.trackers},
          {"tracker_cores", plan.tracker_cores},
          {"store_cores", plan.store_cores},
          {"store_bytes", plan.store_bytes},
          {"store_bytes_per_day", plan.store_bytes_per_day}};
}

std::string cores(double busy) {
  return fmt::format("{:.2f} cores busy", busy);
}

std::vector<std::vector<std::string>> rows_of(const SizingPlan& plan) {
  const std::string store = plan.sqlite ? "SQLite, in the tracker"
                                        : fmt::format("PostgreSQL: {}", cores(plan.store_cores));
  return {
      {"PART", "MACHINES", "AT THE PEAK", "EACH, OR ALL TOGETHER"},
      {"edges", std::to_string(plan.edges), cores(plan.edge_cores),
       fmt::format("up to {} memory with every link cached, {} journal for a day",
                   bytes_text(plan.edge_memory_bytes), bytes_text(plan.edge_disk_bytes))},
      {"Redis, stream", std::to_string(plan.stream_masters), cores(plan.redis_cores),
       fmt::format("{} with the windows of all edges full", bytes_text(plan.stream_memory_bytes))},
      {"Redis, links", std::to_string(plan.link_masters), "",
       fmt::format("{} for all links", bytes_text(plan.links_memory_bytes))},
      {"trackers", std::to_string(plan.trackers), cores(plan.tracker_cores),
       fmt::format("{} clicks/s in the busiest hour", count_text(plan.busy_per_second))},
      {"store", "1", store,
       fmt::format("{} of disk, {} more each day", bytes_text(plan.store_bytes),
                   bytes_text(plan.store_bytes_per_day))},
  };
}

int sizing(const Arguments& arguments) {
  const SizingDemand demand = demand_of(arguments);
  const auto file = arguments.value("--figures");
  const SizingFigures figures =
      file ? read_figures(text_of_file("--figures", *file), *file) : SizingFigures{};
  const SizingPlan plan = plan_deployment(demand, figures);
  if (arguments.has("--json")) {
    print_line(json::serialize(as_json(plan)));
    return exit_code::ok;
  }
  print_line(fmt::format("{} clicks/s on average, {} at the peak, {} bit/s to visitors",
                         count_text(plan.clicks_per_second), count_text(plan.peak_per_second),
                         count_text(plan.wire_bits_per_second)));
  print_line(table(rows_of(plan)));
  say("Machines include one that may be away (not of Redis, which wants a replica for each master, "
      "and the store). The figures are of one machine: measure yours with loadtest/sizing-figures. "
      "What stands behind each number: deploy/SIZING.md");
  return exit_code::ok;
}

}  // namespace

std::vector<CommandSpec> sizing_commands() {
  return {{"sizing",
           "",
           0,
           0,
           "Plan machines for a number of clicks and links",
           {{"--clicks-per-day", "N", "Such as 200000, 50M or 1G"},
            {"--links", "N", "Links that exist"},
            {"--peak", "N", "Busiest second over the day's average (default 5)"},
            {"--edge-cores", "N", "Cores of an edge machine (default 4)"},
            {"--keep-days", "N", "How long clicks stay in the store (default 365)"},
            {"--figures", "FILE", "Costs of loadtest/sizing-figures instead of those built in"}},
           {"sizing --clicks-per-day 2M --links 100k",
            "sizing --clicks-per-day 1G --links 50M --json"},
           sizing}};
}

}  // namespace waymark::cli
