// Click lines of the mix: written by the edge (see also click_line_only in decide.cpp, which makes
// the pieces, too), read by the tracker.
#include "common/click_line.hpp"

#include "bench/support/edge_thread.hpp"

#include <benchmark/benchmark.h>

namespace waymark::bench {
namespace {

// A click with everything that people's clicks carry.
void write(benchmark::State& state) {
  Uuid7Generator ids;
  const ClickParts parts{
      .id = ids.next(corpus().now_ms),
      .unix_ms = corpus().now_ms,
      .code = "anna7",
      .link = "lnk_1",
      .campaign = "camp_spring",
      .referrer = "rfr_anna",
      .destination = "https://shop.example/welcome",
      .host_json = R"("host":"go.example.com",)",
      .agent_json = R"("ua":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, )"
                    R"(like Gecko) Chrome/143.0.0.0 Safari/537.36","device":"desktop",)"
                    R"("os":"windows",)",
      .query_json = R"("query":{"utm_source":"newsletter"},"lang":"de-DE",)",
      .visitor = ids.next(corpus().now_ms),
      .new_visitor = true,
      .previous = std::nullopt,
      .channel = "whatsapp",
      .share = "k3f9",
      .referring_host = "mail.example.org",
      .ip = "198.51.100.0",
      .ipk = "0123456789abcdef",
      .bot = {},
      .outcome = {},
  };
  std::vector<char> line(limits::click_line_bytes_max);
  std::size_t bytes = 0;
  for (auto _ : state) {
    const char* end = write_click_line(parts, line.data());
    benchmark::DoNotOptimize(line.data());
    benchmark::ClobberMemory();
    bytes += static_cast<std::size_t>(end - line.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(write);

void escape_agent(benchmark::State& state) {
  const auto cases = corpus().select([](const Case&) { return true; });
  Cycle cycle{cases};
  std::vector<char> out(6 * limits::header_bytes_max);
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string_view agent = cycle.next()->request.user_agent;
    benchmark::DoNotOptimize(write_json_escaped(agent, out.data()));
    bytes += agent.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(escape_agent);

void parse(benchmark::State& state) {
  const auto lines = click_lines();
  Cycle cycle{lines};
  ClickLineParser parser;
  std::size_t bytes = 0;
  std::size_t refused = 0;
  for (auto _ : state) {
    std::string_view line = cycle.next();
    bytes += line.size();
    line.remove_suffix(1);
    auto click = parser.parse(line);
    refused += !click.has_value();
    benchmark::DoNotOptimize(click);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  if (refused > 0) state.SkipWithError("lines of the edge were refused");
}
BENCHMARK(parse);

}  // namespace
}  // namespace waymark::bench
