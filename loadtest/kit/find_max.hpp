// `run --find-max`: a run at each rate that the search names, judged by thresholds.
#pragma once

#include "loadtest/kit/run.hpp"
#include "loadtest/kit/threshold.hpp"

#include <atomic>
#include <functional>
#include <span>
#include <string>

namespace waymark::loadtest {

// Runs `plan` again and again, beginning at its own mean rate. `say` is given a line for each try.
// Returns the result of the highest rate that met all thresholds, or of the last try when none did.
// A try that the generator itself limited is made once more and then counts as failed; a reason in
// the verdict says so.
RunResult find_max(RunPlan plan, std::span<const Threshold> thresholds,
                   const std::function<void(const std::string&)>& say,
                   const std::atomic<bool>& stop);

}  // namespace waymark::loadtest
