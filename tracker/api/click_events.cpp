#include "tracker/api/click_events.hpp"

#include "common/redis/keys.hpp"
#include "tracker/drain/entry_reader.hpp"
#include "tracker/drain/requests.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using redis::Command;

namespace {

constexpr std::chrono::milliseconds deadline{5'000};
constexpr auto look_every = 200ms;
constexpr auto find_shards_every = 1s;
// After so long without a look at a shard, entries may have been trimmed unseen.
constexpr auto unseen_max = 5s;
constexpr std::string_view entries_at_once = "8";  // up to 64 KiB each on a busy edge

redis::ReplyView value_of(redis::ReplyView row, std::string_view name) {
  for (std::size_t i = 0; i + 1 < row.size(); i += 2) {
    if (row[i].text() == name) return row[i + 1];
  }
  return redis::ReplyView{nullptr};
}

}  // namespace

asio::awaitable<void> ClickEvents::send(http::BodyWriter& body) {
  out_ = "retry: 2000\n\n";
  auto found = Clock::time_point{};
  while (body.open()) {
    if (Clock::now() - found >= find_shards_every) {
      const auto done = co_await find_shards();
      if (done) found = Clock::now();
    }
    std::size_t entries = 0;
    // By name: a flush may wait for long, and the next round finds other shards.
    const EventPosition shards = position_;
    for (const auto& [shard, place] : shards) {
      const auto read_now = co_await read(shard);
      if (read_now) entries += *read_now;
      const bool taken = co_await flush(body);
      if (!taken) co_return;
    }
    const bool taken = co_await flush(body);
    if (!taken) co_return;
    if (entries > 0) continue;
    boost::system::error_code ignored;
    timer_.expires_after(look_every);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

asio::awaitable<Result<void>> ClickEvents::find_shards() {
  const auto names = co_await ask(redis_, Command{"HKEYS", redis_keys::stream}, deadline);
  if (!names) co_return names.error();
  const bool first = !std::exchange(started_, true);
  for (std::size_t i = 0; i < names->size() && position_.size() < shards_max; ++i) {
    const std::string shard{(*names)[i].text()};
    if (position_.contains(shard)) continue;
    StreamId begin;  // a shard that is new since the listener came is read from its start
    if (first && !resumed_) {
      const auto info =
          co_await ask(redis_, Command{"XINFO", "STREAM", redis_keys::clicks(shard)}, deadline);
      if (info) {
        begin = parse_stream_id(value_of(*info, "last-generated-id").text()).value_or(StreamId{});
      }
      looked_[shard] = Clock::now();
    }
    position_[shard] = {begin, 0};
  }
  co_return Result<void>{};
}

// Says so when entries after the listener's place may be gone.
asio::awaitable<Result<void>> ClickEvents::check(const std::string& shard) {
  const auto info =
      co_await ask(redis_, Command{"XINFO", "STREAM", redis_keys::clicks(shard)}, deadline);
  if (!info) co_return info.error();
  const auto last = parse_stream_id(value_of(*info, "last-generated-id").text());
  if (!last) co_return Errc::redis_protocol;
  ShardPlace& place = position_[shard];
  if (place.entry == StreamId{} || place.entry == *last) co_return Result<void>{};
  if (*last < place.entry) {  // Redis has lost the stream, and began anew
    add_gap(shard, std::exchange(place, {}).entry, StreamId{});
    co_return Result<void>{};
  }
  const auto first = parse_stream_id(value_of(*info, "first-entry")[0].text());
  if (!first || place.entry < *first) {
    const StreamId from = first ? *first : *last;
    add_gap(shard, place.entry, from);
    place = {first ? first->previous() : *last, 0};
  }
  co_return Result<void>{};
}

// Reads on in one shard and returns the number of entries.
asio::awaitable<Result<std::size_t>> ClickEvents::read(const std::string& shard) {
  if (Clock::now() - looked_[shard] > unseen_max) {
    const auto checked = co_await check(shard);
    if (!checked) co_return checked.error();
  }
  const auto reply =
      co_await ask(redis_,
                   Command{"XREAD", "COUNT", entries_at_once, "STREAMS", redis_keys::clicks(shard),
                           position_[shard].read_after().text()},
                   deadline);
  if (!reply) co_return reply.error();
  looked_[shard] = Clock::now();
  const redis::ReplyView entries = (*reply)[0][1];
  for (std::size_t i = 0; i < entries.size(); ++i) take(shard, entries[i]);
  co_return entries.size();
}

void ClickEvents::take(const std::string& shard, redis::ReplyView reply) {
  const Entry entry = read_entry(reply);
  const auto id = parse_stream_id(entry.id);
  if (!id) return;
  ShardPlace& place = position_[shard];
  const std::size_t done = place.entry == *id ? place.lines : 0;
  std::string_view rest = entry.body;
  for (std::size_t line_number = 1; !rest.empty(); ++line_number) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line_number <= done) continue;
    place = {*id, rest.empty() ? 0 : line_number};
    // To JSON a carriage return is a blank; here it would end the field.
    if (line.find('\r') == std::string_view::npos && filter_.matches(line)) {
      add_event("click", line);
    } else {
      passed_over_ = true;
    }
  }
  if (place.entry < *id) passed_over_ = true;  // a loss, an end
  place = {*id, 0};
}

void ClickEvents::add_event(std::string_view type, std::string_view data) {
  out_ += fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event_id(position_), type, data);
  passed_over_ = false;
  ++counts_.events;
}

// No id: the listener is where it was until the next click.
void ClickEvents::add_gap(const std::string& shard, const StreamId& after, const StreamId& from) {
  out_ += fmt::format("event: gap\ndata: {{\"shard\":\"{}\",\"after\":\"{}\",\"from\":\"{}\"}}\n\n",
                      shard, after.text(), from.text());
  ++counts_.gaps;
}

// Sends what there is, or once in a while that we are still here.
asio::awaitable<bool> ClickEvents::flush(http::BodyWriter& body) {
  if (out_.empty() && Clock::now() - sent_ >= heartbeat_every) {
    out_ = passed_over_ ? fmt::format("id: {}\n\n", event_id(position_)) : ": heartbeat\n\n";
    passed_over_ = false;
  }
  if (out_.empty()) co_return body.open();
  const bool taken = co_await body.write(std::exchange(out_, {}));
  sent_ = Clock::now();
  if (body.cut()) ++counts_.cut;
  co_return taken;
}

}  // namespace waymark::tracker
