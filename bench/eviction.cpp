// Which links to forget when the cache is full: miss ratios of CLOCK, SIEVE and S3-FIFO on clicks
// whose popularity follows Zipf's law, without and with a scan (a crawler that walks through links
// which nobody else asks for), and what a touch costs. All have the same memory: what a policy
// needs for itself comes out of the room for entries.
//
//   bench_eviction [links] [clicks]
#include "bench/support/eviction_policies.hpp"
#include "loadtest/mix/random.hpp"
#include "loadtest/mix/zipf.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace waymark::bench {
namespace {

struct Trace {
  std::vector<Key> keys;
  std::vector<bool> scan;  // whether the key is the crawler's; its misses are nobody's loss
};

// With `scan`, half of the requests in the middle third are for links asked for once.
Trace make_trace(std::size_t links, std::size_t clicks, double exponent, bool scan) {
  mix::Random random{1};
  const mix::Zipf popularity{links, exponent};
  Trace trace;
  Key next_scanned = links + 1;
  for (std::size_t i = 0; i < clicks; ++i) {
    trace.keys.push_back(popularity(random));
    trace.scan.push_back(false);
    if (!scan || i < clicks / 3 || i >= clicks / 3 * 2) continue;
    trace.keys.push_back(next_scanned++);
    trace.scan.push_back(true);
  }
  return trace;
}

struct Figures {
  double miss_ratio = 0;  // of visitors
  double nanoseconds = 0;
};

// The first tenth fills the cache and is not counted.
template <class Policy>
Figures run(const Trace& trace, double entries) {
  constexpr double link_bytes = 274;  // bench_link_memory
  Policy policy{
      static_cast<std::size_t>(entries * link_bytes / (link_bytes + Policy::entry_bytes))};
  std::size_t visits = 0, misses = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < trace.keys.size(); ++i) {
    const bool hit = policy.touch(trace.keys[i]);
    if (i < trace.keys.size() / 10 || trace.scan[i]) continue;
    ++visits;
    misses += hit ? 0 : 1;
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  return {static_cast<double>(misses) / static_cast<double>(visits),
          took.count() / static_cast<double>(trace.keys.size())};
}

void compare(std::size_t links, std::size_t clicks, double exponent, double share, bool scan) {
  const Trace trace = make_trace(links, clicks, exponent, scan);
  const double entries = share * static_cast<double>(links);
  const Figures clock = run<Clock>(trace, entries);
  const Figures sieve = run<Sieve>(trace, entries);
  const Figures s3 = run<S3Fifo>(trace, entries);
  fmt::print("{:4.2f} {:6.1f} % {:5} {:8.2f} % {:8.2f} % {:8.2f} % {:8.0f} {:6.0f} {:6.0f}\n",
             exponent, 100 * share, scan ? "yes" : "no", 100 * clock.miss_ratio,
             100 * sieve.miss_ratio, 100 * s3.miss_ratio, clock.nanoseconds, sieve.nanoseconds,
             s3.nanoseconds);
}

}  // namespace
}  // namespace waymark::bench

int main(int argc, char** argv) {
  using namespace waymark::bench;
  const std::size_t links = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  const std::size_t clicks = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  fmt::print("{} links, {} clicks\n", links, clicks);
  fmt::print("           of        misses of visitors                   ns a touch\n");
  fmt::print("Zipf    links  scan    {:>8}   {:>8}   {:>8}    {:>5}  {:>5}  {:>5}\n", Clock::name,
             Sieve::name, S3Fifo::name, Clock::name, Sieve::name, S3Fifo::name);
  for (const double exponent : {0.7, 0.9, 1.1}) {
    for (const double share : {0.01, 0.1, 0.3}) {
      for (const bool scan : {false, true}) compare(links, clicks, exponent, share, scan);
    }
  }
}
