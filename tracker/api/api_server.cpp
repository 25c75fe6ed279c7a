#include "tracker/api/api_server.hpp"

#include "tracker/api/stream_desk.hpp"
#include "tracker/program/mirror.hpp"
#include "tracker/store/store_thread.hpp"

#include <exception>
#include <utility>

namespace waymark::tracker {
namespace {

namespace beast_http = boost::beast::http;
using boost::asio::awaitable;

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

std::string field(const http::Request& request, std::string_view name) {
  const auto value = request[boost::beast::string_view{name.data(), name.size()}];
  return {value.data(), value.size()};
}

// "req_" and the 32 digits of a time-ordered UUID.
std::string request_id(const Uuid& id) {
  std::string text = "req_";
  for (const char c : id.text()) {
    if (c != '-') text += c;
  }
  return text;
}

http::Response render(const http::Request& request, ApiAnswer answer, const std::string& id) {
  auto response =
      http::text_response(request, answer.status, std::move(answer.body), answer.content_type);
  response.set("Request-Id", id);
  response.set(beast_http::field::cache_control, "no-store");
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  return response;
}

}  // namespace

ApiServer::ApiServer(Api& api, StoreThread& store, Mirror& mirror, StreamDesk& desk,
                     RedisState redis_state, Log& log)
    : api_(api),
      store_(store),
      mirror_(mirror),
      desk_(desk),
      redis_state_(std::move(redis_state)),
      log_(log) {}

http::Handler ApiServer::handler() {
  return [this](const http::Request& request) { return answer(request); };
}

ApiRequest ApiServer::translate(const http::Request& request) {
  ApiRequest asked;
  asked.unix_ms = now_ms();
  asked.id = request_id(ids_.next(asked.unix_ms));
  asked.method = request.method() == beast_http::verb::head ? "GET" : request.method_string();
  asked.target = request.target();
  asked.authorization = field(request, "Authorization");
  asked.has_idempotency_key = request.find("Idempotency-Key") != request.end();
  asked.idempotency_key = field(request, "Idempotency-Key");
  asked.content_type = field(request, "Content-Type");
  asked.accept = field(request, "Accept");
  asked.last_event_id = field(request, "Last-Event-ID");
  asked.body = request.body();
  return asked;
}

awaitable<ApiAnswer> ApiServer::ask_store(std::shared_ptr<const ApiRequest> request) {
  // The request is shared with the store's thread: this coroutine may be gone before that is done.
  const auto work = [this, request](Store& store) -> Result<ApiAnswer> {
    try {
      return api_.handle(store, *request);
    } catch (const std::exception& bug) {
      log_.error("api.bug", "A request failed by a bug",
                 {{"request_id", request->id}, {"problem", bug.what()}});
      return Api::problem_answer({ProblemCode::internal_error, "See the log."}, *request);
    }
  };
  Result<ApiAnswer> answered = Errc::store_unavailable;
  if (Api::needs_writer(*request)) {
    const auto priority = Api::is_bulk(*request) ? Priority::drain : Priority::api;
    answered = co_await store_.run(priority, work);
  } else {
    answered = co_await store_.read(work);
  }
  if (answered) co_return std::move(*answered);
  co_return Api::problem_answer(
      {ProblemCode::temporarily_unavailable, answered.error().message() + "."}, *request);
}

awaitable<http::Response> ApiServer::answer(const http::Request& request) {
  const auto asked = std::make_shared<ApiRequest>(translate(request));
  if (asked->target.starts_with("/v1/status")) asked->redis_state = co_await redis_state_();
  ApiAnswer answered = co_await ask_store(asked);
  http::BodySource source;
  if (answered.of_desk) {
    DeskAnswer at_desk = co_await desk_.answer(*asked);
    answered = std::move(at_desk.answer);
    source = std::move(at_desk.source);
  }
  if (answered.change != 0) co_await mirror_.wait_for(answered.change, mirror_wait);
  const std::size_t status_class = answered.status / 100;
  if (status_class < answers_.size()) ++answers_[status_class];
  http::Response response = render(request, std::move(answered), asked->id);
  response.source = std::move(source);
  co_return response;
}

}  // namespace waymark::tracker
