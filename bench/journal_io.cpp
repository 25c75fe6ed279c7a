// How a click gets to the journal's file: a store into a mapped segment, or one pwrite per loop
// turn for the k records of that turn. Per click, headers and checksum included; the decision is in
// redirect/journal/README.md.
#include "redirect/journal/epoch_folder.hpp"
#include "redirect/journal/format.hpp"
#include "redirect/journal/segment_files.hpp"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace waymark::redirect;
namespace fs = std::filesystem;

constexpr std::size_t segment_bytes = 16U << 20U;
constexpr std::size_t segments_kept = 2;

const std::string& click_line() {
  static const std::string line(449, 'x');
  return line;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Some segments used in turn, each synced before it is used again, as the journal's keeper does
// every second: its pages are clean then, and the first store into each costs the kernel something.
// The sync itself is not counted, both ways need it.
class Segments {
 public:
  Segments() : dir_(fs::temp_directory_path() / "waymark-bench-journal-io") {
    fs::remove_all(dir_);
    folder_.emplace(EpochFolder::create(dir_));
    for (std::size_t i = 0; i < segments_kept; ++i) {
      auto made = make_segment(*folder_, {folder_->epoch(), 0, i + 1}, segment_bytes);
      segments_.push_back(*made);
      fds_.push_back(::open((*made)->file().c_str(), O_RDWR | O_CLOEXEC));
    }
  }
  ~Segments() {
    for (const int fd : fds_) ::close(fd);
    segments_.clear();
    fs::remove_all(dir_);
  }
  // Returns the CPU it took, to be left out.
  double sync(std::size_t i) const {
    const double before = cpu_seconds();
    ::fdatasync(fd(i));
    return cpu_seconds() - before;
  }
  Segment& segment(std::size_t i) { return *segments_[i % segments_kept]; }
  int fd(std::size_t i) const { return fds_[i % segments_kept]; }

 private:
  fs::path dir_;
  std::optional<EpochFolder> folder_;
  std::vector<std::shared_ptr<Segment>> segments_;
  std::vector<int> fds_;
};

void report(benchmark::State& state, double cpu_before, std::int64_t clicks) {
  state.SetItemsProcessed(clicks);
  state.counters["cpu_ns_per_click"] =
      (cpu_seconds() - cpu_before) * 1e9 / static_cast<double>(clicks);
}

void mapped(benchmark::State& state) {
  Segments segments;
  const std::string& line = click_line();
  const std::size_t record = layout::record_bytes(line.size());
  std::size_t turn = 0;
  std::size_t offset = segment_bytes;
  std::shared_ptr<Mapping> mapping;
  waymark::Sequence sequence = 0;
  std::uint64_t key = 0;
  double before = cpu_seconds();
  for (auto _ : state) {
    if (offset + record + 8 > segment_bytes) {
      state.PauseTiming();
      before += segments.sync(turn);
      state.ResumeTiming();
      Segment& segment = segments.segment(turn++);
      mapping = *segment.pin();
      key = segment.key();
      offset = layout::segment_header_bytes;
    }
    char* const at = mapping->data() + offset;
    std::memcpy(at + layout::record_head_bytes, line.data(), line.size());
    seal_record(at, line.size(), ++sequence, 1, key);
    offset += record;
  }
  report(state, before, state.iterations());
}
BENCHMARK(mapped)->UseRealTime();

void written(benchmark::State& state) {
  Segments segments;
  const std::string& line = click_line();
  const auto per_turn = static_cast<std::size_t>(state.range(0));
  const std::size_t record = layout::record_bytes(line.size());
  std::vector<char> buffer(per_turn * record + 8);
  std::size_t turn = 0;
  std::size_t offset = segment_bytes;
  int fd = -1;
  waymark::Sequence sequence = 0;
  std::uint64_t key = 0;
  double before = cpu_seconds();
  for (auto _ : state) {
    if (offset + buffer.size() > segment_bytes) {
      state.PauseTiming();
      before += segments.sync(turn);
      state.ResumeTiming();
      key = segments.segment(turn).key();
      fd = segments.fd(turn++);
      offset = layout::segment_header_bytes;
    }
    char* at = buffer.data();
    for (std::size_t i = 0; i < per_turn; ++i) {
      std::memcpy(at + layout::record_head_bytes, line.data(), line.size());
      at = seal_record(at, line.size(), ++sequence, 1, key);
    }
    if (::pwrite(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset)) < 0) {
      state.SkipWithError("pwrite failed");
      break;
    }
    offset += per_turn * record;
  }
  report(state, before, state.iterations() * state.range(0));
}
BENCHMARK(written)->Arg(1)->Arg(8)->Arg(16)->UseRealTime();

}  // namespace
