#include "redirect/journal/segment.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redirect {

Segment::Segment(std::filesystem::path file, const SegmentName& name, std::size_t bytes,
                 std::shared_ptr<Mapping> mapping)
    : file_(std::move(file)),
      name_(name),
      key_(segment_key(name)),
      bytes_(bytes),
      pinned_(std::move(mapping)),
      mapped_(pinned_) {
  marks_.reserve(bytes / mark_distance_bytes + 1);
}

void Segment::note(Sequence sequence, std::size_t offset, std::size_t end,
                   std::uint64_t unix_ms) noexcept {
  if (offset >= marks_.size() * mark_distance_bytes && marks_.size() < marks_.capacity()) {
    marks_.push_back({.sequence = sequence, .offset = offset});
  }
  if (first() == 0) first_.store(sequence, std::memory_order_release);
  last_ms_.store(unix_ms, std::memory_order_relaxed);
  end_.store(end, std::memory_order_release);
  last_.store(sequence, std::memory_order_release);
}

Result<std::shared_ptr<Mapping>> Segment::pin() {
  const std::lock_guard lock{mutex_};
  if (auto mapping = mapped_.lock()) return mapping;
  auto mapping = Mapping::readable(file_);
  if (mapping) mapped_ = *mapping;
  return mapping;
}

void Segment::unpin(Pace pace) {
  std::shared_ptr<Mapping> released;  // unmapped outside the lock
  {
    const std::lock_guard lock{mutex_};
    released.swap(pinned_);
  }
  if (released) released->release(pace);
}

bool Segment::in_use() const {
  const std::lock_guard lock{mutex_};
  return !mapped_.expired();
}

std::size_t Segment::offset_before(Sequence sequence) const noexcept {
  const auto after =
      std::upper_bound(marks_.begin(), marks_.end(), sequence,
                       [](Sequence wanted, const Mark& mark) { return wanted < mark.sequence; });
  return after == marks_.begin() ? layout::segment_header_bytes : std::prev(after)->offset;
}

}  // namespace waymark::redirect
