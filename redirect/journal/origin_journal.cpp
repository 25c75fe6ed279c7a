#include "redirect/journal/origin_journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::redirect {

OriginJournal::OriginJournal(std::string epoch, unsigned thread, bool sync_each)
    : epoch_(std::move(epoch)), thread_(thread), sync_each_(sync_each) {}

std::string OriginJournal::key() const {
  return fmt::format("{}/{}", epoch_, thread_);
}

Result<std::shared_ptr<Segment>> OriginJournal::take_prepared() {
  std::unique_lock lock{mutex_};
  if (!prepared_ && prepare_error_ == Errc{}) {
    prepared_changed_.wait_for(lock, prepare_wait,
                               [&] { return prepared_ || prepare_error_ != Errc{}; });
    // Not again for every click while the disk hangs.
    if (!prepared_ && prepare_error_ == Errc{}) prepare_error_ = Errc::journal_io;
  }
  if (!prepared_) return prepare_error_;
  auto segment = std::exchange(prepared_, nullptr);
  segments_.push_back(segment);
  lock.unlock();
  if (on_work_) on_work_();
  return segment;
}

std::shared_ptr<Segment> OriginJournal::find(Sequence sequence) const {
  const std::lock_guard lock{mutex_};
  for (const auto& segment : segments_) {
    if (segment->last() >= sequence) return segment;
  }
  return nullptr;
}

Sequence OriginJournal::first() const {
  const std::lock_guard lock{mutex_};
  for (const auto& segment : segments_) {
    if (segment->first() != 0) return segment->first();
  }
  return 0;
}

Sequence OriginJournal::last() const {
  const std::lock_guard lock{mutex_};
  Sequence last = 0;
  for (const auto& segment : segments_) last = std::max(last, segment->last());
  return last;
}

void OriginJournal::set_committed(SequenceSet committed) {
  const std::lock_guard lock{mutex_};
  committed_ = std::move(committed);
}

bool OriginJournal::wants_prepared() const {
  const std::lock_guard lock{mutex_};
  return prepared_ == nullptr;
}

void OriginJournal::put_prepared(std::shared_ptr<Segment> segment) {
  const std::lock_guard lock{mutex_};
  prepared_ = std::move(segment);
  prepare_error_ = Errc{};
  prepared_changed_.notify_all();
}

void OriginJournal::set_prepare_error(Errc error) {
  const std::lock_guard lock{mutex_};
  prepare_error_ = error;
  prepared_changed_.notify_all();
}

std::vector<std::shared_ptr<Segment>> OriginJournal::segments() const {
  const std::lock_guard lock{mutex_};
  return segments_;
}

std::vector<std::shared_ptr<Segment>> OriginJournal::committed_segments() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<Segment>> free;
  for (const auto& segment : segments_) {
    if (!segment->sealed()) continue;
    const bool empty = segment->first() == 0;
    if (empty || committed_.covers({segment->first(), segment->last()})) free.push_back(segment);
  }
  return free;
}

void OriginJournal::add(std::shared_ptr<Segment> segment) {
  const std::lock_guard lock{mutex_};
  // By content: a rescued segment has a higher id than its successor.
  const auto place =
      std::upper_bound(segments_.begin(), segments_.end(), segment,
                       [](const auto& a, const auto& b) { return a->first() < b->first(); });
  segments_.insert(place, std::move(segment));
}

void OriginJournal::remove(const std::shared_ptr<Segment>& segment) {
  const std::lock_guard lock{mutex_};
  std::erase(segments_, segment);
}

void OriginJournal::replace(const std::shared_ptr<Segment>& old, std::shared_ptr<Segment> with) {
  const std::lock_guard lock{mutex_};
  std::replace(segments_.begin(), segments_.end(), old, std::move(with));
}

}  // namespace waymark::redirect
