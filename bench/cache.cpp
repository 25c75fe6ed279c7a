// The link cache on the codes of the mix.
#include "bench/support/corpus.hpp"
#include "redirect/links/link_cache.hpp"

#include <benchmark/benchmark.h>

namespace waymark::bench {
namespace {

using redirect::LinkCache;

constexpr std::uint32_t host = 1;
constexpr std::uint64_t now_ms = 1'000'000;  // of the steady clock

LinkCache filled_cache() {
  LinkCache cache{{.bytes_max = 64U << 20U, .absences_max = 65'536, .seed = 7}};
  for (const auto& [code, link] : corpus().links) {
    cache.store(host, code, {redirect::LookupStatus::answered, nullptr, link}, now_ms);
  }
  return cache;
}

void hit(benchmark::State& state) {
  LinkCache cache = filled_cache();
  const auto cases = corpus().select([](const Case&) { return true; });
  Cycle cycle{cases};
  std::size_t wrong = 0;
  for (auto _ : state) {
    const Case& each = *cycle.next();
    const auto found = cache.find(host, each.source->code, now_ms, false);
    wrong += found.link != each.link;
  }
  if (wrong > 0) state.SkipWithError("known codes were not found");
}
BENCHMARK(hit);

void remembered_unknown(benchmark::State& state) {
  LinkCache cache = filled_cache();
  std::vector<std::string> codes;
  for (int i = 0; i < 100; ++i) {
    codes.push_back("typo-" + std::to_string(i));
    cache.store(host, codes.back(), {redirect::LookupStatus::answered, nullptr, nullptr}, now_ms);
  }
  Cycle cycle{codes};
  std::size_t wrong = 0;
  for (auto _ : state) {
    const auto found = cache.find(host, cycle.next(), now_ms, false);
    wrong += found.use != redirect::Use::now || found.link != nullptr;
  }
  if (wrong > 0) state.SkipWithError("unknown codes were forgotten");
}
BENCHMARK(remembered_unknown);

// A code that is neither known nor remembered: the start of every lookup, and of every scan.
void miss(benchmark::State& state) {
  LinkCache cache = filled_cache();
  for (auto _ : state) {
    benchmark::DoNotOptimize(cache.find(host, "never-seen", now_ms, false));
  }
}
BENCHMARK(miss);

}  // namespace
}  // namespace waymark::bench
