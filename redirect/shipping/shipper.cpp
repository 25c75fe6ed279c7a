#include "redirect/shipping/shipper.hpp"

#include "common/limits.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace waymark::redirect {
namespace {

// `set` without `range`.
SequenceSet without(const SequenceSet& set, SequenceRange range) {
  SequenceSet rest;
  for (const SequenceRange& r : set.ranges()) {
    if (r.first < range.first) rest.add({r.first, std::min(r.last, range.first - 1)});
    if (r.last > range.last) rest.add({std::max(r.first, range.last + 1), r.last});
  }
  return rest;
}

std::uint64_t length(SequenceRange range) {
  return range.last - range.first + 1;
}

// How many numbers of `range` are in `set`.
std::uint64_t count_in(const SequenceSet& set, SequenceRange range) {
  std::uint64_t count = length(range);
  for (const SequenceRange& missing : set.missing(range)) count -= length(missing);
  return count;
}

Sequence highest(const SequenceSet& set) {
  return set.empty() ? 0 : set.ranges().back().last;
}

}  // namespace

Shipper::Shipper(ShipperRules rules, OriginKind kind, SequenceRange journal)
    : rules_(rules), kind_(kind), journal_first_(journal.first), appended_(journal.last) {
  // What an adopted journal holds is sent by queue_owed(), once the figures are known.
  next_ = kind == OriginKind::adopted ? appended_ + 1 : journal.first;
}

Shipper::Counts& Shipper::Counts::operator+=(const Counts& other) noexcept {
  lines += other.lines;
  lines_again += other.lines_again;
  entries += other.entries;
  lost += other.lost;
  errors += other.errors;
  alarms += other.alarms;
  return *this;
}

// --- What happened ---

void Shipper::appended(Sequence last, std::uint64_t bytes) noexcept {
  appended_ = last;
  appended_bytes_ = bytes;
}

void Shipper::connected(std::string_view run_id) {
  // Another server, or the same one restarted: what it held may be gone (5a).
  if (!run_id_.empty() && run_id_ != run_id) send_all_again();
  run_id_ = run_id;
  failures_ = 0;
  paused_until_ = Time::min();
}

void Shipper::read(const Reading& reading) {
  if (reading.word != word_) send_all_again();  // (5a), missing or changed
  word_ = reading.word;
  stream_ready_ = !word_.empty();

  const bool first = !std::exchange(started_, true);
  if (!reading.generation.empty() && reading.generation != generation_) {
    new_generation(reading.generation);
  }
  const bool had_figure = figure_seen_;
  if (reading.figure && reading.figure->generation == generation_) take_figure(*reading.figure);
  settle(reading);
  if (first || had_figure != figure_seen_) queue_owed();
}

void Shipper::sending(SequenceRange range, std::uint64_t bytes, bool lost, Time now) {
  const std::uint64_t count = length(range);
  ++counts_.entries;
  if (range.first == next_) {
    next_ = range.last + 1;
    tail_bytes_ = next_ > appended_ ? appended_bytes_ : tail_bytes_ + bytes;
    last_tail_ = now;
  } else {
    again_ = without(again_, range);
    if (!lost) counts_.lines_again += count;
  }
  if (lost) {
    lost_.add(range);
  } else {
    lost_ = without(lost_, range);  // turned up after all
    counts_.lines += count;
  }
  counts_.lost = lost_.count();
  in_flight_.push_back({.range = range, .bytes = bytes + entry_overhead_bytes, .id = {}});
  window_bytes_ += bytes + entry_overhead_bytes;
}

void Shipper::sent(SequenceRange range, StreamId id) {
  Entry entry;
  take_in_flight(range, entry);
  entry.id = id;
  failures_ = 0;
  if (committed_.covers(range)) return;
  window_bytes_ += entry.bytes;
  sent_.push_back(entry);
}

void Shipper::failed(SequenceRange range, Time now, double jitter) {
  Entry entry;
  take_in_flight(range, entry);
  again(range);
  ++counts_.errors;
  // All that were in flight fail together; that is one failure.
  if (now < paused_until_) return;
  const auto full =
      std::min(rules_.backoff_max, rules_.backoff_min * (1 << std::min(failures_, 10)));
  ++failures_;
  paused_until_ = now + full / 2 +
                  std::chrono::milliseconds{static_cast<std::int64_t>(
                      jitter * static_cast<double>(full.count() - full.count() / 2))};
}

void Shipper::stream_missing(SequenceRange range) {
  Entry entry;
  take_in_flight(range, entry);
  again(range);
  send_all_again();  // (5a)
  stream_ready_ = false;
}

void Shipper::take_in_flight(SequenceRange range, Entry& entry) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [&](const Entry& e) { return e.range == range; });
  assert(found != in_flight_.end());
  entry = *found;
  in_flight_.erase(found);
  window_bytes_ -= entry.bytes;
}

void Shipper::again(SequenceRange range) {
  for (const SequenceRange& missing : committed_.missing(range)) again_.add(missing);
}

void Shipper::send_all_again() {
  for (const Entry& entry : sent_) {
    again(entry.range);
    window_bytes_ -= entry.bytes;
  }
  sent_.clear();
  end_sent_ = false;
}

// Brings into again_ all that should have been sent and is nowhere.
void Shipper::queue_owed() {
  if (next_ <= lowest_owed()) return;
  SequenceSet known = committed_;
  known.add(again_);
  for (const Entry& entry : in_flight_) known.add(entry.range);
  for (const Entry& entry : sent_) known.add(entry.range);
  for (const SequenceRange& range : known.missing({lowest_owed(), next_ - 1})) again_.add(range);
}

void Shipper::new_generation(const std::string& generation) {
  // The first generation heard of is no change: the store will read what was sent before.
  if (!std::exchange(generation_, generation).empty()) {
    committed_ = {};
    figure_seen_ = false;
    send_all_again();
    queue_owed();  // (5c)
  }
}

void Shipper::take_figure(const Figure& figure) {
  // For an own origin a figure beyond what was sent is nonsense. An adopted journal may have lost
  // its tail to a power loss, and the store may have it.
  if (kind_ == OriginKind::own && highest(figure.committed) >= next_) {
    ++counts_.alarms;
    return;
  }
  figure_seen_ = true;
  committed_.add(figure.committed);  // within a generation it only grows
}

// Drops what is committed, and finds what was lost on the way (5b).
void Shipper::settle(const Reading& reading) {
  SequenceSet still;
  for (const SequenceRange& range : again_.ranges()) {
    for (const SequenceRange& missing : committed_.missing(range)) still.add(missing);
  }
  again_ = std::move(still);
  std::erase_if(sent_, [&](const Entry& entry) {
    const bool committed = committed_.covers(entry.range);
    const bool passed = reading.through && entry.id <= *reading.through;
    if (!committed && !passed) return false;
    if (!committed) again(entry.range);
    window_bytes_ -= entry.bytes;
    return true;
  });
}

// --- What to do ---

Shipper::Order Shipper::next(Time now, std::uint64_t room) const {
  using Kind = Order::Kind;
  const Order wait;
  if (!stream_ready_) return wait;
  if (now < paused_until_) {
    Order pause;
    pause.until = paused_until_;
    return pause;
  }
  // After a failure one entry goes ahead as a probe.
  if (in_flight_.size() >= (failures_ > 0 ? 1 : rules_.in_flight_max)) return wait;
  constexpr std::uint64_t line_max = limits::click_line_bytes_max + entry_overhead_bytes;
  if (room < line_max) return wait;

  Order send;
  send.kind = Kind::send;
  send.bytes_max = std::min(entry_bytes(), room - entry_overhead_bytes);
  if (!again_.empty()) {
    send.range = again_.ranges().front();
    return send;
  }
  if (next_ <= appended_) {
    // A single click of an idle edge leaves at once; a busy one gathers.
    if (waiting_bytes() >= full_bytes() || last_tail_ == Time::min() ||
        now >= last_tail_ + rules_.linger) {
      send.range = {next_, appended_};
      return send;
    }
    Order gather;
    gather.until = last_tail_ + rules_.linger;
    gather.until_bytes = tail_bytes_ + full_bytes();
    return gather;
  }
  Order idle;
  if (kind_ == OriginKind::own) idle.until_bytes = appended_bytes_ + 1;
  if (kind_ == OriginKind::adopted && !end_sent_ && finished()) idle.kind = Kind::end;
  return idle;
}

// Of the lines of one entry, at most. What must be sent again is a backlog, too: it is sent because
// Redis lost something.
std::uint64_t Shipper::entry_bytes() const noexcept {
  if (again_.empty() && waiting_bytes() < rules_.behind_bytes) return full_bytes();
  return std::min<std::uint64_t>(full_bytes(), rules_.behind_batch_bytes - entry_overhead_bytes);
}

std::uint64_t Shipper::stored() const noexcept {
  std::uint64_t count = committed_.count();
  for (const SequenceRange& range : lost_.ranges()) count -= count_in(committed_, range);
  return count;
}

std::uint64_t Shipper::owed() const noexcept {
  if (appended_ < lowest_owed()) return 0;
  SequenceSet known = committed_;
  known.add(lost_);
  const SequenceRange all{lowest_owed(), appended_};
  return length(all) - count_in(known, all);
}

bool Shipper::all_sent() const noexcept {
  return again_.empty() && in_flight_.empty() && next_ > appended_;
}

// A loss must be settled too: the tracker may not know of it yet.
bool Shipper::settled() const noexcept {
  return appended_ < lowest_owed() || committed_.covers({lowest_owed(), appended_});
}

bool Shipper::finished() const noexcept {
  return started_ && all_sent() && settled();
}

}  // namespace waymark::redirect
