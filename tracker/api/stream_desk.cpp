#include "tracker/api/stream_desk.hpp"

#include "common/redis/keys.hpp"
#include "tracker/api/api.hpp"
#include "tracker/api/call.hpp"
#include "tracker/api/stream_info.hpp"
#include "tracker/drain/requests.hpp"

#include <boost/url/pct_string_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;
using redis::Command;

namespace {

constexpr std::chrono::milliseconds deadline{5'000};
constexpr std::string_view groups_path = "/v1/stream/groups/";

// One answer of events under way.
struct Listener {
  Listener(asio::io_context& io, redis::Client& redis, std::unique_ptr<ClickFilter> wanted,
           EventPosition resume, ClickEvents::Counts& counts,
           std::shared_ptr<std::size_t> listening)
      : filter(std::move(wanted)),
        events(io, redis, *filter, std::move(resume), counts),
        count(std::move(listening)) {
    ++*count;
  }
  ~Listener() { --*count; }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::unique_ptr<ClickFilter> filter;
  ClickEvents events;
  std::shared_ptr<std::size_t> count;
};

Problem redis_problem(const boost::system::error_code& error) {
  return {ProblemCode::temporarily_unavailable, "Redis: " + error.message() + "."};
}

DeskAnswer outcome(Checked<ApiAnswer> answered, const ApiRequest& request) {
  return {answered ? std::move(*answered) : Api::problem_answer(answered.error(), request), {}};
}

}  // namespace

asio::awaitable<DeskAnswer> StreamDesk::answer(const ApiRequest& request) {
  const std::string_view target = request.target;
  const auto mark = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, mark);
  const auto query = target.substr(std::min(target.size(), mark + 1));
  if (path.starts_with(groups_path)) {
    co_return outcome(co_await forget_group(path.substr(groups_path.size())), request);
  }
  if (path == "/v1/stream") {
    co_return outcome(co_await read_stream(query, request.unix_ms), request);
  }
  auto listening = listen(request, query);
  if (listening) co_return std::move(*listening);
  co_return outcome(listening.error(), request);
}

asio::awaitable<Checked<ApiAnswer>> StreamDesk::read_stream(std::string_view query,
                                                            std::uint64_t now_ms) {
  if (auto problem = Query{query}.finish()) co_return *problem;
  const auto info = co_await stream_info(redis_, options_, now_ms);
  if (!info) co_return redis_problem(info.error());
  co_return tracker::answer(200, *info);
}

// A group that holds back trimming would be made again at once, and group `tracker` is our own.
asio::awaitable<Checked<ApiAnswer>> StreamDesk::forget_group(std::string_view segment) {
  const auto encoded = boost::urls::make_pct_string_view(segment);
  const std::string name = encoded ? encoded->decode() : std::string{segment};
  if (name == redis_keys::drain_group) {
    co_return Problem{ProblemCode::validation_failed,
                      "Group tracker fills the store; it cannot be forgotten.", "name"};
  }
  if (std::ranges::find(options_.protect, name) != options_.protect.end()) {
    co_return Problem{ProblemCode::validation_failed,
                      fmt::format("Group {} is protected: take it out of stream.protect and "
                                  "restart the trackers first.",
                                  name),
                      "name"};
  }
  const auto tags = co_await ask(redis_, Command{"HKEYS", redis_keys::stream}, deadline);
  if (!tags) co_return redis_problem(tags.error());
  std::int64_t shards = 0;
  for (std::size_t i = 0; i < tags->size(); ++i) {
    const auto gone = co_await ask(
        redis_, Command{"XGROUP", "DESTROY", redis_keys::clicks((*tags)[i].text()), name},
        deadline);
    if (!gone && gone.error() != make_error_code(Errc::redis_refused)) {
      co_return redis_problem(gone.error());
    }
    if (gone) shards += gone->integer();
  }
  if (shards == 0) {
    co_return Problem{ProblemCode::not_found,
                      fmt::format("The click stream has no group {}.", name), "name"};
  }
  co_return tracker::answer(
      200, {{"object", "stream_group"}, {"group", name}, {"forgotten", true}, {"shards", shards}});
}

Checked<DeskAnswer> StreamDesk::listen(const ApiRequest& request, std::string_view query_text) {
  Query query{query_text};
  auto filter = std::make_unique<ClickFilter>(query);
  if (auto problem = query.finish()) return *problem;
  EventPosition resume;
  if (!request.last_event_id.empty()) {
    auto position = parse_event_id(request.last_event_id);
    if (!position || position->size() > ClickEvents::shards_max) {
      return Problem{ProblemCode::invalid_cursor,
                     "Last-Event-ID must be the id of an event that came from here.",
                     "Last-Event-ID"};
    }
    resume = std::move(*position);
  }
  if (*listening_ >= listeners_max) {
    ++refused_;
    return Problem{ProblemCode::temporarily_unavailable,
                   fmt::format("{} listeners are connected, and no more are taken: read the stream "
                               "with a group of its own.",
                               listeners_max)};
  }
  auto listener = std::make_shared<Listener>(io_, redis_, std::move(filter), std::move(resume),
                                             counts_, listening_);
  DeskAnswer answered;
  answered.answer.content_type = "text/event-stream";
  answered.source = [listener](http::BodyWriter& body) { return listener->events.send(body); };
  return answered;
}

}  // namespace waymark::tracker
