// After the load: reads the whole range of the run from the store, and again where clicks are
// missing, until all are there or the time is over.
#pragma once

#include "loadtest/kit/clicks/click_tally.hpp"
#include "loadtest/kit/clicks/click_witness.hpp"
#include "loadtest/kit/clicks/export_page.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace waymark::loadtest {

struct StoreReading {
  // Clicks that the first reading, one second after the last answer, did not find and a later one
  // did: more than a second late.
  std::uint64_t found_later = 0;
  // In words: why the store could not be read to the end; empty when it was.
  std::string problem;
};

// Returns when no click is missing, or `settle` after the call with a reading done that began
// later than all answers. A reading of the whole range is made in any case, however long it takes.
StoreReading read_store(ClickTally& tally, const ApiAccess& access,
                        std::chrono::milliseconds settle, const Progress& progress);

}  // namespace waymark::loadtest
