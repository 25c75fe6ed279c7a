#include "redirect/journal/adoption.hpp"

#include "redirect/journal/scan.hpp"

#include <algorithm>
#include <map>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;

std::vector<SegmentName> list_segments(const EpochFolder& folder) {
  std::vector<SegmentName> names;
  std::error_code error;
  for (fs::directory_iterator entry{folder.path(), error}, end; !error && entry != end;
       entry.increment(error)) {
    const auto name = parse_segment_file(entry->path().filename().native(), folder.epoch());
    if (name) names.push_back(*name);
  }
  std::sort(names.begin(), names.end(),
            [](const SegmentName& a, const SegmentName& b) { return a.id < b.id; });
  return names;
}

// The segment with what is valid in it, or null when that is nothing.
std::shared_ptr<Segment> read_segment(const EpochFolder& folder, const SegmentName& name,
                                      AdoptedEpoch& epoch) {
  const fs::path file = folder.path() / name.file();
  const auto mapping = Mapping::readable(file);
  if (!mapping) {
    ++epoch.damaged_places;
    ++epoch.unreadable_files;
    return nullptr;
  }
  const auto bytes = (*mapping)->bytes();
  const SegmentName real = decode_header(bytes).value_or(name);
  auto segment = std::make_shared<Segment>(file, real, bytes.size(), nullptr);
  const SegmentScan scan = scan_segment(bytes, name, [&](const Record& record, std::size_t offset) {
    segment->note(record.sequence, offset, offset + layout::record_bytes(record.line.size()),
                  record.unix_ms);
  });
  segment->seal();
  epoch.records += scan.records;
  epoch.damaged_places += scan.damage.size() + (scan.header_valid ? 0 : 1);
  const bool nothing_valid = scan.records == 0 && (!scan.damage.empty() || !scan.header_valid);
  if (nothing_valid || (*mapping)->failed()) ++epoch.unreadable_files;
  return scan.records == 0 ? nullptr : segment;
}

}  // namespace

std::shared_ptr<AdoptedEpoch> adopt_epoch(const fs::path& dir, std::uint64_t epoch,
                                          const std::function<bool()>& stop) {
  auto folder = EpochFolder::adopt(dir, epoch);
  if (!folder) return nullptr;
  auto adopted = std::make_shared<AdoptedEpoch>(AdoptedEpoch{std::move(*folder), {}, 0, 0, 0});
  std::map<std::uint32_t, std::shared_ptr<OriginJournal>> origins;
  for (const SegmentName& name : list_segments(adopted->folder)) {
    if (stop()) return nullptr;
    auto segment = read_segment(adopted->folder, name, *adopted);
    if (!segment) continue;
    auto& origin = origins[name.thread];
    if (!origin) {
      origin = std::make_shared<OriginJournal>(epoch_text(epoch), name.thread, false);
    }
    origin->add(std::move(segment));
  }
  for (auto& [thread, origin] : origins) adopted->origins.push_back(std::move(origin));
  if (!adopted->origins.empty()) return adopted;
  adopted->dispose();
  return nullptr;
}

void AdoptedEpoch::dispose() noexcept {
  if (unreadable_files > 0) {
    folder.put_aside();
  } else {
    folder.remove();
  }
}

}  // namespace waymark::redirect
