// One go of the shipping loop: lines out of the journal, checked, into a command, into the kernel.
// That long a visitor waits who comes meanwhile. The argument is stream.batch_bytes; a thread reads
// what is sent, so leave it a core. CPU time is of the sending thread, per entry; items are clicks.
#include "bench/support/edge_thread.hpp"
#include "common/log.hpp"
#include "redirect/journal/keeper.hpp"
#include "redirect/journal/reader.hpp"
#include "redirect/journal/writer.hpp"
#include "redirect/shipping/stream_commands.hpp"
#include "tests/support/temporary_folder.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstring>
#include <optional>
#include <thread>

namespace waymark::bench {
namespace {

using namespace redirect;
using boost::asio::ip::tcp;

constexpr Sequence clicks = 30'000;  // in a single segment

class Journal {
 public:
  Journal() : keeper_(options(), EpochFolder::create(folder_.path()), 1, log_) {
    writer_.emplace(*keeper_.origin(0));
    const auto lines = click_lines();
    Cycle cycle{lines};
    for (Sequence n = 0; n < clicks; ++n) append(cycle.next());
  }
  ~Journal() { writer_.reset(); }  // before the keeper

  const OriginJournal& origin() { return *keeper_.origin(0); }
  Sequence last() const { return writer_->last(); }

 private:
  JournalOptions options() const {
    JournalOptions options;
    options.dir = folder_.path();
    options.segment_bytes = 64 * MiB;
    return options;
  }
  void append(std::string_view line) {
    const auto room = writer_->reserve();
    if (!room) return;
    std::memcpy(*room, line.data(), line.size());
    writer_->commit(line.size(), corpus().now_ms);
  }

  test::TemporaryFolder folder_;
  Log log_{"bench", LogLevel::error};
  JournalKeeper keeper_;
  std::optional<JournalWriter> writer_;
};

// A server on the loopback that reads and forgets.
class Drain {
 public:
  Drain() {
    tcp::acceptor acceptor{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    socket_.connect(acceptor.local_endpoint());
    acceptor.accept(server_);
    thread_ = std::thread{[this] {
      std::array<char, 64 * 1024> bytes;
      boost::system::error_code error;
      while (!error) server_.read_some(boost::asio::buffer(bytes), error);
    }};
  }
  ~Drain() {
    socket_.close();
    thread_.join();
  }
  void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

 private:
  boost::asio::io_context io_;
  tcp::socket socket_{io_}, server_{io_};
  std::thread thread_;
};

void ship_entry(benchmark::State& state) {
  Journal journal;
  if (journal.last() != clicks) return state.SkipWithError("the journal did not take all clicks");
  JournalReader reader{journal.origin()};
  Drain drain;
  std::vector<std::string_view> lines;
  std::string outgoing;
  Sequence next = 1, sent = 0;
  for (auto _ : state) {
    const JournalBatch batch =
        reader.read({next, clicks}, static_cast<std::size_t>(state.range(0)), lines);
    if (batch.lost()) return state.SkipWithError("lines of the journal cannot be read");
    outgoing.clear();
    ship_lines("wm:clicks:{0}", "edge/00112233445566aa/0", next, lines).append_to(outgoing);
    drain.send(outgoing);
    sent += lines.size();
    next = batch.range.last == clicks ? 1 : batch.range.last + 1;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sent));
}
BENCHMARK(ship_entry)->Arg(16 * 1024)->Arg(64 * 1024)->Arg(128 * 1024);

}  // namespace
}  // namespace waymark::bench
