#include "common/ranges.hpp"

#include "common/ascii.hpp"
#include "common/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <iterator>
#include <optional>

namespace waymark {
namespace {

bool consists_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view word_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<SequenceRange> read_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = read_number<Sequence>(text.substr(0, dash));
  const auto last = read_number<Sequence>(text.substr(dash + 1));
  if (!first || !last || *first == 0 || *first > *last) return std::nullopt;
  return SequenceRange{*first, *last};
}

}  // namespace

void SequenceSet::add(SequenceRange range) {
  assert(range.first >= 1 && range.first <= range.last);
  // Everything from `begin` to `end` touches or overlaps the new range and is swallowed by it.
  const auto ends_before = [](const SequenceRange& known, Sequence first) {
    return known.last < first - 1;
  };
  const auto starts_after = [](Sequence last, const SequenceRange& known) {
    return last < known.first - 1;
  };
  const auto begin = std::lower_bound(ranges_.begin(), ranges_.end(), range.first, ends_before);
  const auto end = std::upper_bound(begin, ranges_.end(), range.last, starts_after);
  if (begin == end) {
    ranges_.insert(begin, range);
    return;
  }
  begin->first = std::min(begin->first, range.first);
  begin->last = std::max(std::prev(end)->last, range.last);
  ranges_.erase(std::next(begin), end);
}

void SequenceSet::add(const SequenceSet& other) {
  for (const SequenceRange& range : other.ranges_) add(range);
}

bool SequenceSet::contains(Sequence sequence) const noexcept {
  return covers({sequence, sequence});
}

bool SequenceSet::covers(SequenceRange range) const noexcept {
  const auto holder = std::lower_bound(
      ranges_.begin(), ranges_.end(), range.first,
      [](const SequenceRange& known, Sequence first) { return known.last < first; });
  return holder != ranges_.end() && holder->first <= range.first && range.last <= holder->last;
}

std::uint64_t SequenceSet::count() const noexcept {
  std::uint64_t sum = 0;
  for (const SequenceRange& range : ranges_) sum += range.last - range.first + 1;
  return sum;
}

Sequence SequenceSet::complete() const noexcept {
  return !ranges_.empty() && ranges_.front().first == 1 ? ranges_.front().last : 0;
}

std::vector<SequenceRange> SequenceSet::missing(SequenceRange range) const {
  std::vector<SequenceRange> gaps;
  Sequence next = range.first;
  for (const SequenceRange& known : ranges_) {
    if (known.last < next) continue;
    if (known.first > range.last) break;
    if (known.first > next) gaps.push_back({next, known.first - 1});
    if (known.last >= range.last) return gaps;
    next = known.last + 1;
  }
  if (next <= range.last) gaps.push_back({next, range.last});
  return gaps;
}

std::string Figure::text() const {
  std::string text = fmt::format("{};{};", generation, committed.complete());
  std::size_t written = 0;
  for (const SequenceRange& range : committed.ranges()) {
    if (range.first == 1) continue;  // `complete` says it
    if (written == limits::committed_ranges_max) break;
    text += fmt::format("{}{}-{}", written == 0 ? "" : ",", range.first, range.last);
    ++written;
  }
  return text;
}

Result<Figure> parse_figure(std::string_view text) {
  if (std::count(text.begin(), text.end(), ';') != 2 || text.ends_with(','))
    return Errc::malformed_figure;
  Figure figure;
  figure.generation = take_until(text, ';');
  if (figure.generation.empty() || figure.generation.size() > limits::id_bytes_max ||
      !consists_of(figure.generation, word_characters)) {
    return Errc::malformed_figure;
  }
  const auto complete = read_number<Sequence>(take_until(text, ';'));
  if (!complete) return Errc::malformed_figure;
  if (*complete > 0) figure.committed.add({1, *complete});

  Sequence previous = *complete;
  for (std::size_t ranges = 0; !text.empty(); ++ranges) {
    const auto range = read_range(take_until(text, ','));
    if (!range || range->first <= previous || ranges == limits::committed_ranges_max) {
      return Errc::malformed_figure;
    }
    figure.committed.add(*range);
    previous = range->last;
  }
  return figure;
}

std::string Origin::key() const {
  return fmt::format("{}/{}", epoch, thread);
}

std::string Origin::text() const {
  return fmt::format("{}/{}/{}", edge, epoch, thread);
}

Result<Origin> parse_origin(std::string_view text) {
  if (std::count(text.begin(), text.end(), '/') != 2) return Errc::malformed_figure;
  Origin origin;
  origin.edge = take_until(text, '/');
  origin.epoch = take_until(text, '/');
  const auto thread = read_number<unsigned>(text);
  if (origin.edge.empty() || origin.edge.size() > limits::host_bytes_max ||
      !consists_of(origin.edge, word_characters) || origin.epoch.size() != 16 ||
      !consists_of(origin.epoch, "0123456789abcdef") || !thread) {
    return Errc::malformed_figure;
  }
  origin.thread = *thread;
  return origin;
}

}  // namespace waymark
