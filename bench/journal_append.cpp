// A click line into the journal, as the request path does it; the keeper prepares and recycles
// segments on its own threads, so leave it a core.
#include "bench/support/edge_thread.hpp"
#include "common/log.hpp"
#include "redirect/journal/keeper.hpp"
#include "redirect/journal/writer.hpp"
#include "tests/support/temporary_folder.hpp"

#include <benchmark/benchmark.h>

#include <cstring>
#include <optional>

namespace waymark::bench {
namespace {

using namespace redirect;

constexpr std::uint64_t commit_every = 8'192;  // clicks, so that segments can be recycled

class Journal {
 public:
  Journal() : keeper_(options(), EpochFolder::create(folder_.path()), 1, log_) {
    writer_.emplace(*keeper_.origin(0));
  }
  ~Journal() { writer_.reset(); }  // before the keeper

  bool append(std::string_view line) {
    const auto room = writer_->reserve();
    if (!room) return false;
    std::memcpy(*room, line.data(), line.size());
    const Sequence last = writer_->commit(line.size(), corpus().now_ms);
    if (last % commit_every == 0) commit(last);
    return true;
  }

 private:
  JournalOptions options() const {
    JournalOptions options;
    options.dir = folder_.path();
    options.max_bytes = 512 * MiB;
    options.keep = std::chrono::milliseconds{0};
    return options;
  }
  // What the shipper does once a second.
  void commit(Sequence last) {
    SequenceSet committed;
    committed.add({1, last});
    keeper_.origin(0)->set_committed(committed);
  }

  test::TemporaryFolder folder_;
  Log log_{"bench", LogLevel::error};
  JournalKeeper keeper_;
  std::optional<JournalWriter> writer_;
};

void append(benchmark::State& state) {
  const auto lines = click_lines();
  Cycle cycle{lines};
  Journal journal;
  std::size_t bytes = 0;
  std::size_t dropped = 0;
  for (auto _ : state) {
    const std::string& line = cycle.next();
    dropped += !journal.append(line);
    bytes += line.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["dropped"] = static_cast<double>(dropped);
  if (dropped * 1'000 > static_cast<std::size_t>(state.iterations())) {
    state.SkipWithError("the disk did not keep up: more than one click in a thousand dropped");
  }
}
BENCHMARK(append);

}  // namespace
}  // namespace waymark::bench
