#include "redirect/journal/inspect.hpp"

#include "redirect/journal/epoch_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;
using Each = std::function<void(const std::string&, const Record&)>;

// A whole file, or the reason why not. By pread: a mapping could fault under a failing disk.
boost::system::result<std::vector<std::byte>, std::string> read_file(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return std::string{std::strerror(errno)};
  struct stat status {};
  std::vector<std::byte> bytes;
  if (::fstat(fd, &status) == 0) bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t got = 0;
  ssize_t more = 0;
  while (got < bytes.size() && (more = ::pread(fd, bytes.data() + got, bytes.size() - got,
                                               static_cast<off_t>(got))) > 0) {
    got += static_cast<std::size_t>(more);
  }
  const int error = more < 0 ? errno : 0;
  ::close(fd);
  if (error != 0) return std::string{std::strerror(error)};
  bytes.resize(got);
  return bytes;
}

// Damage may also be what reading a segment in use looks like; it is gone at the next look.
SegmentReport inspect_segment(const fs::path& file, const SegmentName& name) {
  SegmentReport report{.name = name, .unreadable = {}, .scan = {}};
  for (int look = 0; look < 3; ++look) {
    const auto bytes = read_file(file);
    if (!bytes) {
      report.unreadable = bytes.error();
      return report;
    }
    report.scan = scan_segment(*bytes, name);
    if (report.scan.header_valid && report.scan.damage.empty()) break;
  }
  return report;
}

using Inspected = std::map<std::string, std::vector<std::pair<SegmentReport, fs::path>>>;

void inspect_epoch(const fs::path& folder, std::uint64_t epoch, Inspected& origins) {
  std::error_code error;
  for (fs::directory_iterator entry{folder, error}, end; !error && entry != end;
       entry.increment(error)) {
    const auto name = parse_segment_file(entry->path().filename().native(), epoch);
    if (!name) continue;
    const auto origin = fmt::format("{}/{}", epoch_text(epoch), name->thread);
    SegmentReport report = inspect_segment(entry->path(), *name);
    if (!fs::exists(entry->path())) continue;  // let go meanwhile
    origins[origin].emplace_back(std::move(report), entry->path());
  }
}

// The records of an origin, each number once.
void visit(const std::string& origin, const OriginReport& report,
           const std::vector<std::pair<SegmentReport, fs::path>>& segments, const Each& each) {
  Sequence next = 1;
  for (const auto& [segment, file] : segments) {
    const auto bytes = read_file(file);
    if (!bytes || report.numbers.empty()) continue;
    scan_segment(*bytes, segment.name, [&](const Record& record, std::size_t) {
      if (record.sequence < next) return;
      each(origin, record);
      next = record.sequence + 1;
    });
  }
}

}  // namespace

bool OriginReport::damaged() const {
  return !missing.empty() ||
         std::any_of(segments.begin(), segments.end(), [](const SegmentReport& segment) {
           return !segment.unreadable.empty() || !segment.scan.header_valid ||
                  !segment.scan.damage.empty();
         });
}

std::optional<JournalReport> inspect_journal(const fs::path& dir, const Each& each) {
  std::error_code error;
  if (!fs::is_directory(dir, error)) return std::nullopt;
  Inspected origins;
  if (const auto epoch = parse_epoch(fs::canonical(dir, error).filename().native())) {
    inspect_epoch(dir, *epoch, origins);
  }
  for (const std::uint64_t epoch : list_epochs(dir)) {
    inspect_epoch(dir / epoch_text(epoch), epoch, origins);
  }
  JournalReport journal;
  for (auto& [origin, segments] : origins) {
    // By content: a rescued segment has a higher id than its successor.
    std::sort(segments.begin(), segments.end(), [](const auto& a, const auto& b) {
      return std::pair{a.first.scan.first, a.first.name.id} <
             std::pair{b.first.scan.first, b.first.name.id};
    });
    OriginReport& report = journal[origin];
    for (const auto& [segment, file] : segments) {
      report.segments.push_back(segment);
      if (segment.scan.records == 0) continue;
      SequenceSet numbers;
      numbers.add({segment.scan.first, segment.scan.last});
      for (const Damage& damage : segment.scan.damage) {
        if (damage.lost.first == 0 || damage.at_tail) continue;
        SequenceSet rest;
        for (const auto& range : numbers.ranges()) {
          if (range.first < damage.lost.first) rest.add({range.first, damage.lost.first - 1});
          if (range.last > damage.lost.last) rest.add({damage.lost.last + 1, range.last});
        }
        numbers = rest;
      }
      report.numbers.add(numbers);
    }
    if (!report.numbers.empty()) {
      const auto& ranges = report.numbers.ranges();
      report.missing = report.numbers.missing({ranges.front().first, ranges.back().last});
    }
    if (each) visit(origin, report, segments, each);
  }
  return journal;
}

}  // namespace waymark::redirect
