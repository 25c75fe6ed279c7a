// How many machines of what size a deployment needs. Arithmetic only: every rule is one line of
// plan.cpp, explained in deploy/SIZING.md.
#pragma once

#include "tracker/cli/sizing/figures.hpp"

#include <cstdint>

namespace waymark::cli {

struct SizingDemand {
  double clicks_per_day = 0;
  double links = 0;
  double peak = 5;             // busiest second over the day's average
  double edge_cores = 4;       // of one edge machine, one thread each
  double click_days = 365;     // how long clicks are kept in the store
};

struct SizingPlan {
  double clicks_per_second = 0;  // the day's average
  double peak_per_second = 0;
  double busy_per_second = 0;    // of the busiest hour, which the drain must keep up with

  double edge_cores = 0;         // busy ones at the peak, all machines together
  std::uint64_t edges = 0;       // machines
  double edge_memory_bytes = 0;  // of one: every link in the cache of every thread
  double edge_disk_bytes = 0;    // of one: the journal of a day
  double wire_bits_per_second = 0;

  double redis_cores = 0;
  std::uint64_t stream_masters = 0;
  double stream_memory_bytes = 0;  // of all: full windows of every edge
  double links_memory_bytes = 0;
  std::uint64_t link_masters = 0;

  bool sqlite = false;  // one tracker with SQLite is enough
  double tracker_cores = 0;
  std::uint64_t trackers = 0;
  double store_cores = 0;  // of PostgreSQL; 0 with SQLite
  double store_bytes = 0;
  double store_bytes_per_day = 0;
};

SizingPlan plan_deployment(const SizingDemand& demand, const SizingFigures& figures);

}  // namespace waymark::cli
