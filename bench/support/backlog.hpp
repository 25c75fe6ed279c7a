// A backlog of clicks in Redis, and how fast the drain stores it.
#pragma once

#include "tracker/store/batch.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace waymark::bench {

struct Figures {
  double rate = 0;
  double cpu_us = 0;      // of each click, all processes: Redis and the server of the store, too
  double busiest_us = 0;  // of each click, the thread of them that has most to do
  std::size_t batch_lines = 0;
};

// Clicks as an edge would write them: 20,000 codes by Zipf, three in ten visitors come back, one
// click in ten is no person.
std::vector<std::string> make_lines(std::size_t count);

Figures drain(const std::vector<std::string>& lines, const std::string& store_url);

// The same clicks, sorted by id.
tracker::Batch rows_of(const std::vector<std::string>& lines);

// Of `work`, which stores `count` clicks.
Figures measure(std::size_t count, std::size_t batch_lines, const std::function<void()>& work);

// Drains and inserts in turn, prints both rates and their ratio round by round, then the median.
void compare(std::size_t count, int rounds,
             const std::function<Figures(const std::vector<std::string>&)>& drained,
             const std::function<Figures(const std::vector<std::string>&, std::size_t)>& raw);

}  // namespace waymark::bench
