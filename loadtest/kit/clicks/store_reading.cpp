#include "loadtest/kit/clicks/store_reading.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto page_deadline = 30'000ms;
constexpr auto pause_between_readings = 100ms;

// All rows of the range. The problem in words, or nothing.
std::string read_range(ClickTally& tally, ExportReader& reader, const ClickTally::Range& range,
                       const Progress& progress) {
  tally.begin_reading(range);
  Uuid after = before(range.first);
  for (;;) {
    const auto page = reader.read(after, export_rows_max, page_deadline);
    if (!page) return page.error();
    for (const auto& id : page->ids) {
      if (id > range.last) return {};
      tally.see(id);
    }
    progress(tally);
    if (!page->after || *page->after >= range.last) return {};
    if (*page->after <= after) return "the export does not go on: Waymark-Next stands still";
    after = *page->after;
  }
}

}  // namespace

StoreReading read_store(ClickTally& tally, const ApiAccess& access,
                        std::chrono::milliseconds settle, const Progress& progress) {
  StoreReading reading;
  ExportReader reader{access};
  const auto end = Clock::now() + settle;
  // What is there by then was in time; the first reading tells it from what is not.
  std::this_thread::sleep_for(std::min<Clock::duration>(ClickWitness::late_after, settle));
  bool first = true;
  std::uint64_t found_at_first = 0;
  while (const auto range = tally.missing_range()) {
    reading.problem = read_range(tally, reader, *range, progress);
    if (first && reading.problem.empty()) {
      found_at_first = tally.found();
      first = false;
    }
    if (tally.missing() == 0 || Clock::now() >= end) break;
    std::this_thread::sleep_for(pause_between_readings);
  }
  reading.found_later = first ? 0 : tally.found() - found_at_first;
  return reading;
}

}  // namespace waymark::loadtest
