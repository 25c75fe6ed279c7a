// What the drain does with an entry of the stream before the store sees it: split, parse, copy.
// Entries of a busy edge (64 KiB) and of an idle one (a line each). Figures are per entry;
// items_per_second counts clicks.
#include "bench/support/edge_thread.hpp"
#include "tracker/drain/entry_reader.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace waymark::bench {
namespace {

constexpr std::size_t batch_clicks = 4'096;  // clicks in a batch before it is stored

// The lines of the mix in bodies of at most `bytes_max`, or one line where that is more.
std::vector<std::string> bodies(std::size_t bytes_max) {
  std::vector<std::string> result;
  for (const std::string& line : click_lines()) {
    if (result.empty() || result.back().size() + line.size() > bytes_max) result.emplace_back();
    result.back() += line;
  }
  return result;
}

void read_entries(benchmark::State& state) {
  const auto entries = bodies(static_cast<std::size_t>(state.range(0)));
  Cycle cycle{entries};
  tracker::EntryReader reader{"wm:clicks:{0}"};
  tracker::Batch batch;
  std::size_t clicks = 0;
  std::size_t bytes = 0;
  std::size_t dead = 0;
  Sequence first = 1;
  for (auto _ : state) {
    const std::string number = std::to_string(first);
    tracker::Entry entry;
    entry.id = "1767225600000-0";
    entry.origin = "edge-1/00112233445566aa/0";
    entry.first = number;
    entry.body = cycle.next();
    const std::size_t before = batch.clicks().size();
    reader.read(entry, corpus().now_ms, batch);
    const std::size_t read = batch.clicks().size() - before;
    clicks += read;
    first += read;
    bytes += entry.body.size();
    if (batch.clicks().size() >= batch_clicks) {
      dead += batch.dead().size();
      batch.clear();
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(clicks));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  if (dead + batch.dead().size() > 0 || clicks == 0) {
    state.SkipWithError("lines of the edge were refused");
  }
}
BENCHMARK(read_entries)->Arg(65'536)->Arg(0);

}  // namespace
}  // namespace waymark::bench
