// From the bytes of a request to the code that is looked up.
#include "bench/support/corpus.hpp"
#include "common/code.hpp"
#include "redirect/server/request_parser.hpp"
#include "redirect/server/target.hpp"
#include "tests/support/beast_parser.hpp"

#include <benchmark/benchmark.h>

namespace waymark::bench {
namespace {

void report(benchmark::State& state, std::size_t bytes, std::size_t refused) {
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  // A parser that refuses everything would be the fastest.
  if (refused > 0) state.SkipWithError("requests of the mix were refused");
}

void parse(benchmark::State& state) {
  Cycle requests{corpus().requests};
  std::size_t bytes = 0;
  std::size_t refused = 0;
  redirect::HostBuffer host;
  for (auto _ : state) {
    const std::string& bytes_in = requests.next().bytes;
    redirect::Request request;
    refused += redirect::parse_request(bytes_in, request).bytes != bytes_in.size() ||
               redirect::split_target(request, host) != redirect::Refusal::none;
    benchmark::DoNotOptimize(request);
    bytes += bytes_in.size();
  }
  report(state, bytes, refused);
}
BENCHMARK(parse);

// The same bytes through Beast's parser, without judging target and Host: the price of the
// ready-made way.
void parse_by_beast(benchmark::State& state) {
  Cycle requests{corpus().requests};
  std::size_t bytes = 0;
  std::size_t refused = 0;
  for (auto _ : state) {
    const std::string& bytes_in = requests.next().bytes;
    test::BeastParser parser;
    refused += !parser.parse(bytes_in);
    benchmark::DoNotOptimize(parser.target);
    bytes += bytes_in.size();
  }
  report(state, bytes, refused);
}
BENCHMARK(parse_by_beast);

void code_of_path(benchmark::State& state) {
  const auto cases = corpus().select([](const Case&) { return true; });
  Cycle paths{cases};
  std::size_t bytes = 0;
  std::size_t refused = 0;
  char buffer[limits::code_bytes_max];
  for (auto _ : state) {
    const std::string_view path = paths.next()->request.path;
    const auto code = normalize_code(path, CodeCase::fold, buffer);
    refused += !code;
    benchmark::DoNotOptimize(buffer);
    bytes += path.size();
  }
  report(state, bytes, refused);
}
BENCHMARK(code_of_path);

}  // namespace
}  // namespace waymark::bench
