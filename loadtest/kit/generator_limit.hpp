// Whether the generator, not the server, was the limit of a run: then its figures say nothing.
//
// Open loop: lateness counts in every latency, so it is judged by what it does to them. At the
// median and at the 99th percentile, it may be 100 us or a tenth of the latency, whichever is more.
// Closed loop: threads that never had to wait would have made a higher rate with more of them.
#pragma once

#include "loadtest/kit/result.hpp"

namespace waymark::loadtest {

struct GeneratorLoad {
  double busiest_thread = 0;   // its CPU time over the wall time
  double least_pause = 1;      // share of the wall time that a thread had nothing to do
  double waited_for_core = 0;  // of all threads, in seconds
};

// Sets generator_limited and reasons of result.verdict.
void judge_generator(RunResult& result, const GeneratorLoad& load);

}  // namespace waymark::loadtest
