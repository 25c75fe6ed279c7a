// Ids, MACs and the two signed tokens.
#include "common/token.hpp"

#include "bench/support/corpus.hpp"
#include "common/hmac.hpp"
#include "common/mac_batch.hpp"
#include "common/uuid.hpp"

#include <benchmark/benchmark.h>

#include <array>

namespace waymark::bench {
namespace {

void mint_uuid(benchmark::State& state) {
  Uuid7Generator ids;
  for (auto _ : state) benchmark::DoNotOptimize(ids.next(corpus().now_ms));
}
BENCHMARK(mint_uuid);

void hmac(benchmark::State& state) {
  const std::string message(static_cast<std::size_t>(state.range(0)), 'm');
  const HmacKey& key = corpus().options.keys->signing().mac;
  for (auto _ : state) benchmark::DoNotOptimize(key.sign("label", message));
}
BENCHMARK(hmac)->Arg(16)->Arg(96);

// What eight redirects need: a MAC of a click id and one of a cookie each.
void macs_of_eight(benchmark::State& state, bool side_by_side) {
  const std::string id(16, 'i'), cookie(78, 'c');
  const HmacKey& key = corpus().options.keys->signing().mac;
  MacBatch batch;
  std::array<char, 64> out;
  for (auto _ : state) {
    for (int i = 0; i < 8; ++i) {
      if (side_by_side) {
        batch.add(key, "waymark:wm_click:1:", id, {{}, 8, out.data()});
        batch.add(key, "waymark:wm_ref:1:", cookie, {{}, 16, out.data()});
      } else {
        benchmark::DoNotOptimize(key.sign("waymark:wm_click:1:", id));
        benchmark::DoNotOptimize(key.sign("waymark:wm_ref:1:", cookie));
      }
    }
    batch.finish();
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK_CAPTURE(macs_of_eight, one_after_the_other, false);
BENCHMARK_CAPTURE(macs_of_eight, side_by_side, true);

void write_click(benchmark::State& state) {
  Uuid7Generator ids;
  const Uuid id = ids.next(corpus().now_ms);
  std::array<char, click_token_bytes> token;
  for (auto _ : state) {
    benchmark::DoNotOptimize(write_click_token(id, corpus().options.keys->signing(), token.data()));
  }
}
BENCHMARK(write_click);

void verify_click(benchmark::State& state) {
  Uuid7Generator ids;
  const KeyRing& keys = *corpus().options.keys;
  std::array<char, click_token_bytes> token;
  write_click_token(ids.next(corpus().now_ms), keys.signing(), token.data());
  std::size_t refused = 0;
  for (auto _ : state) {
    refused += !verify_click_token({token.data(), token.size()}, keys).has_value();
  }
  if (refused > 0) state.SkipWithError("good tokens were refused");
}
BENCHMARK(verify_click);

// Cookies of the mix, as their requests carry them.
std::vector<std::string_view> cookies() {
  std::vector<std::string_view> values;
  for (const Case* each : corpus().select(is_returning_visitor)) {
    const std::string_view bytes = each->source->bytes;
    const std::size_t at = bytes.find("wm_ref=") + 7;
    values.push_back(bytes.substr(at, bytes.find_first_of(";\r", at) - at));
  }
  return values;
}

void verify_cookie(benchmark::State& state) {
  const auto values = cookies();
  Cycle cycle{values};
  AttributionBuffer buffer;
  std::size_t refused = 0;
  for (auto _ : state) {
    auto attribution = verify_attribution(cycle.next(), *corpus().options.keys, buffer);
    refused += !attribution.has_value();
    benchmark::DoNotOptimize(attribution);
  }
  if (refused > 0) state.SkipWithError("good cookies were refused");
}
BENCHMARK(verify_cookie);

void write_cookie(benchmark::State& state) {
  Uuid7Generator ids;
  Attribution attribution;
  attribution.visitor = ids.next(corpus().now_ms);
  const auto campaigns = static_cast<std::size_t>(state.range(0));
  constexpr std::array names{"camp_spring", "camp_friends_2026", "camp_account"};
  for (std::size_t i = 0; i < campaigns; ++i) {
    touch(attribution, names[i], {ids.next(corpus().now_ms), "anna7"}, corpus().options.now,
          86'400);
  }
  std::array<char, limits::cookie_bytes_max> value;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        write_attribution(attribution, corpus().options.keys->signing(), value.data()));
  }
}
BENCHMARK(write_cookie)->Arg(1)->Arg(3);

}  // namespace
}  // namespace waymark::bench
