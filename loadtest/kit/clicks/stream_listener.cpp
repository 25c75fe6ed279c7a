#include "loadtest/kit/clicks/stream_listener.hpp"

#include "common/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace waymark::loadtest {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using asio::ip::tcp;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto question_deadline = 5'000ms;
constexpr auto connect_deadline = 2'000ms;
constexpr auto silence_max = 40s;  // a comment comes every 15 s
constexpr auto pause_after_failure = 100ms;
constexpr std::string_view stream_path = "/v1/clicks/stream";

[[noreturn]] void cannot_begin(const std::string& why) {
  throw StartupError(exit_code::unavailable,
                     fmt::format("--api: the stream cannot be read: {}", why));
}

}  // namespace

std::string end_of_stream(const ApiAccess& access) {
  const std::string path = "/v1/stream";
  const auto answer = ApiConnection{access}.get(path, question_deadline);
  if (!answer) cannot_begin(fmt::format("{}: {}", access.text(), answer.error().message()));
  if (answer->status != 200) {
    cannot_begin(refusal(access, path, "stream:read", answer->status, answer->body));
  }
  boost::system::error_code error;
  const auto document = json::parse(answer->body, error);
  const auto* stream = error ? nullptr : document.if_object();
  const auto* list = stream == nullptr ? nullptr : stream->if_contains("shards");
  if (list == nullptr || !list->is_array()) {
    cannot_begin(fmt::format("{} answered GET {} without a list of shards", access.text(), path));
  }
  std::string id;
  for (const auto& shard : list->get_array()) {
    const auto& row = shard.as_object();
    if (!row.contains("last")) continue;  // not made yet: it is read from its start
    if (!id.empty()) id += ',';
    id += fmt::format("{}:{}", std::string_view{row.at("shard").as_string()},
                      std::string_view{row.at("last").as_string()});
  }
  return id;
}

StreamListener::StreamListener(const ApiAccess& access, std::string begin) : access_(access) {
  events_.set_last_id(std::move(begin));
  asio::co_spawn(io_, listen(), asio::detached);
  thread_ = std::jthread{[this] { io_.run(); }};
}

StreamListener::~StreamListener() {
  io_.stop();
}

std::vector<AnsweredClick> StreamListener::take() {
  std::vector<AnsweredClick> clicks;
  const std::lock_guard lock{mutex_};
  heard_.move_to(clicks);
  return clicks;
}

std::string StreamListener::problem() const {
  const std::lock_guard lock{mutex_};
  if (heard_.passed_over() > 0) {
    return fmt::format("the stream brought more than {} clicks, and {} were not looked at",
                       limits::heard_clicks_max, heard_.passed_over());
  }
  if (gaps_ > 0) {
    return fmt::format(
        "the stream had {} gaps, the last one {}: entries had gone before they were "
        "read (stream.keep, or Redis lost them)",
        gaps_, gap_);
  }
  return trouble_;
}

void StreamListener::set_trouble(std::string text) {
  const std::lock_guard lock{mutex_};
  trouble_ = std::move(text);
}

asio::awaitable<void> StreamListener::listen() {
  for (;;) {
    try {
      beast::tcp_stream stream{io_};
      co_await read_events(stream);
    } catch (const boost::system::system_error& error) {
      set_trouble(fmt::format("{}: {}", access_.text(), error.code().message()));
    }
    asio::steady_timer pause{io_, pause_after_failure};
    co_await pause.async_wait(asio::use_awaitable);
  }
}

// Until the connection ends, whoever ends it.
asio::awaitable<void> StreamListener::read_events(beast::tcp_stream& stream) {
  tcp::resolver resolver{io_};
  const auto endpoints =
      co_await resolver.async_resolve(access_.host, access_.port, asio::use_awaitable);
  stream.expires_after(connect_deadline);
  co_await stream.async_connect(endpoints, asio::use_awaitable);
  auto request = api_request(access_, std::string{stream_path});
  request.set(http::field::accept, "text/event-stream");
  if (!events_.last_id().empty()) request.set("Last-Event-ID", events_.last_id());
  co_await http::async_write(stream, request, asio::use_awaitable);

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  stream.expires_after(silence_max);
  co_await http::async_read_header(stream, buffer, parser, asio::use_awaitable);
  auto& answer = parser.get();
  if (answer.result() != http::status::ok) {
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    set_trouble(refusal(access_, stream_path, "clicks:read", answer.result_int(), answer.body()));
    co_return;
  }
  events_.restart();
  while (!parser.is_done()) {
    stream.expires_after(silence_max);
    co_await http::async_read_some(stream, buffer, parser, asio::use_awaitable);
    set_trouble({});
    const auto at = Clock::now();
    const bool ours = events_.feed(
        answer.body(), [&](std::string_view type, std::string_view data) { hear(type, data, at); });
    answer.body().clear();
    if (ours) continue;
    set_trouble(fmt::format("{} sends what are no events of clicks", access_.text()));
    co_return;
  }
  set_trouble(fmt::format("{} ended its answer to GET {}", access_.text(), stream_path));
}

void StreamListener::hear(std::string_view type, std::string_view data, SteadyTime at) {
  if (type == "gap") {
    const std::lock_guard lock{mutex_};
    gap_ = data;
    ++gaps_;
  }
  if (type != "click") return;
  const auto click = lines_.parse(data);
  if (!click) return;  // a poison line is no click of ours
  const std::lock_guard lock{mutex_};
  heard_.add(click->id, at);
}

}  // namespace waymark::loadtest
