#include "tracker/drain/entry_reader.hpp"

#include "common/limits.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace waymark::tracker {

namespace {

// A number of 1 or more.
std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number == 0) return std::nullopt;
  return number;
}

}  // namespace

Entry read_entry(redis::ReplyView entry) {
  Entry result;
  result.id = entry[0].text();
  const redis::ReplyView fields = entry[1];
  result.gone = !fields.is_array();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::string_view name = fields[i].text();
    const std::string_view value = fields[i + 1].text();
    if (name == "origin") result.origin = value;
    if (name == "first") result.first = value;
    if (name == "body") result.body = value;
    if (name == "lost") result.lost = value;
    if (name == "end") result.end = true;
  }
  return result;
}

void EntryReader::read(const Entry& entry, std::uint64_t now_ms, Batch& batch) {
  if (entry.gone) return;
  const auto origin = parse_origin(entry.origin);
  const auto first = parse_count(entry.first);
  const auto lost = parse_count(entry.lost);
  const bool has_place = origin && first;
  if (!has_place && !(origin && entry.end && entry.body.empty())) {
    // Its lines may still be good clicks; that the numbers are unknown must be seen.
    bury({entry, now_ms, 0}, dead_reason::malformed_entry, entry.body, batch);
    read_lines(entry, 0, now_ms, batch, nullptr);
    return;
  }
  OriginNews& news = batch.origin(*origin);
  if (entry.end) news.ended = true;
  if (!has_place) return;
  if (lost && entry.body.empty() && *lost <= std::numeric_limits<Sequence>::max() - *first) {
    news.lost.add({*first, *first + *lost - 1});
  }
  read_lines(entry, *first, now_ms, batch, &news);
}

void EntryReader::read_lines(const Entry& entry, Sequence first, std::uint64_t now_ms, Batch& batch,
                             OriginNews* news) {
  std::string_view rest = entry.body;
  Sequence sequence = first;
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
    if (const auto click = parser_.parse(line)) {
      batch.add(*click);
    } else if (news != nullptr) {
      const bool unknown = click.error() == make_error_code(Errc::unknown_line_version);
      bury({entry, now_ms, sequence},
           unknown ? dead_reason::unknown_version : dead_reason::malformed_line, line, batch);
    }
    ++sequence;
  }
  if (news != nullptr && sequence > first) news->committed.add({first, sequence - 1});
}

void EntryReader::bury(const Place& place, std::string_view reason, std::string_view line,
                       Batch& batch) {
  // The key of the origin, so that a redelivered letter is known again whatever the edge's label.
  const auto origin = parse_origin(place.entry.origin);
  batch.add_dead({.id = 0,
                  .at_ms = place.now_ms,
                  .stream = stream_,
                  .entry = std::string{place.entry.id},
                  .origin = origin ? origin->key() : std::string{place.entry.origin},
                  .sequence = place.sequence,
                  .reason = std::string{reason},
                  .line = std::string{line.substr(0, limits::click_line_bytes_max)}});
}

void retry_dead(const std::vector<DeadLetter>& letters, ClickLineParser& parser, Batch& batch) {
  for (const DeadLetter& letter : letters) {
    if (const auto click = parser.parse(letter.line)) {
      batch.add(*click);
      batch.resolve_dead(letter.id);
    }
  }
}

}  // namespace waymark::tracker
