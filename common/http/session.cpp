#include "common/http/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/chrono.h>

#include <array>
#include <ctime>
#include <exception>
#include <string>
#include <utility>

namespace waymark::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast::http;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t read_bytes = 4096;

// After an error the client may still be sending; what it sends is read for so long and so much, or
// else closing would reset the connection and take the answer with it.
constexpr milliseconds drain_deadline{1'000};
constexpr std::size_t drain_bytes_max = 1024 * 1024;

// What a handler may take. Its own deadlines are shorter; this one catches what was forgotten.
constexpr milliseconds handler_deadline{60'000};

// Between the pieces of a body that is still being made: its source is asked to end, not cut.
constexpr milliseconds source_deadline = std::chrono::hours{24 * 365};

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", utc);
}

// Zero for errors of the connection, where nobody is left to be told.
unsigned status_for(const error_code& error) {
  if (error == beast::error::header_limit || error == beast::error::buffer_overflow) return 431;
  if (error == beast::error::body_limit) return 413;
  if (error == beast::error::bad_version) return 505;
  if (error == beast::error::end_of_stream || error == beast::error::partial_message) return 0;
  return error.category() == make_error_code(beast::error::bad_method).category() ? 400 : 0;
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const ServerOptions& options, const Handler& handler,
                 Log& log)
    : socket_(std::move(socket)),
      options_(options),
      handler_(handler),
      log_(log),
      buffer_(options.header_bytes_max + options.body_bytes_max + read_bytes),
      watchdog_(socket_.get_executor()) {}

asio::awaitable<void> Session::run() {
  watch();
  while (!finishing_ && co_await wait_for_request()) {
    Parser parser;
    const error_code error = co_await read(parser);
    if (error) {
      co_await refuse(error);
      break;
    }
    const Request request = parser.release();
    allow(handler_deadline);
    Response response = co_await answer(request);
    const bool go_on =
        response.source ? co_await stream(request, response) : co_await write(request, response);
    if (!go_on) break;
  }
  close();
}

// True once the first bytes of a request are there.
asio::awaitable<bool> Session::wait_for_request() {
  idle_ = true;
  allow(options_.idle_deadline);
  error_code error;
  if (buffer_.size() == 0) {
    const std::size_t size = co_await socket_.async_read_some(
        buffer_.prepare(read_bytes), asio::redirect_error(asio::use_awaitable, error));
    buffer_.commit(size);
  }
  idle_ = false;
  co_return !error;
}

asio::awaitable<error_code> Session::read(Parser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes_max));
  parser.body_limit(options_.body_bytes_max);
  allow(options_.read_deadline);
  error_code error;
  co_await beast::async_read_header(socket_, buffer_, parser,
                                    asio::redirect_error(asio::use_awaitable, error));
  if (!error && beast::token_list{parser.get()[beast::field::expect]}.exists("100-continue")) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(socket_, asio::buffer(go_on),
                               asio::redirect_error(asio::use_awaitable, error));
  }
  if (!error) {
    co_await beast::async_read(socket_, buffer_, parser,
                               asio::redirect_error(asio::use_awaitable, error));
  }
  co_return error;
}

asio::awaitable<Response> Session::answer(const Request& request) {
  std::string problem;
  try {
    Response response = co_await handler_(request);
    if (!response.source) response.prepare_payload();
    co_return response;
  } catch (const std::exception& bug) {
    problem = bug.what();
  }
  log_.error("http.bug", "A request failed by a bug",
             {{"target", std::string_view{request.target().data(), request.target().size()}},
              {"problem", problem}});
  co_return text_response(request, 500, "internal error\n");
}

// False when the connection must end.
asio::awaitable<bool> Session::write(const Request& request, Response& response) {
  response.version(request.version());
  response.keep_alive(!finishing_ && request.keep_alive() && response.keep_alive());
  response.set(beast::field::date, http_date());
  allow(options_.write_deadline);
  error_code error;
  beast::response_serializer<beast::string_body> serializer{response};
  if (request.method() == beast::verb::head) {
    co_await beast::async_write_header(socket_, serializer,
                                       asio::redirect_error(asio::use_awaitable, error));
  } else {
    co_await beast::async_write(socket_, serializer,
                                asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) co_return false;
  if (!response.keep_alive()) co_await drain();
  co_return response.keep_alive();
}

// The pieces of a body as chunks; as they are for HTTP/1.0, where the end of the connection is the
// end of the body.
class Session::Chunks final : public BodyWriter {
 public:
  Chunks(Session& session, bool chunked) : session_(session), chunked_(chunked) {}

  asio::awaitable<bool> write(std::string piece) override {
    if (piece.empty() || !open()) co_return open();
    session_.allow(session_.options_.write_deadline);
    error_code error;
    if (chunked_) {
      co_await asio::async_write(session_.socket_, beast::make_chunk(asio::buffer(piece)),
                                 asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await asio::async_write(session_.socket_, asio::buffer(piece),
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    cut_ = error && steady_clock::now() >= session_.deadline_;
    session_.allow(source_deadline);
    failed_ = failed_ || error;
    co_return open();
  }

  // Ends the body. False when the connection must end, too.
  asio::awaitable<bool> finish() {
    if (failed_ || !chunked_) co_return false;
    session_.allow(session_.options_.write_deadline);
    error_code error;
    co_await asio::async_write(session_.socket_, beast::make_chunk_last(),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

  bool open() const override {
    return !failed_ && !session_.finishing_ && session_.socket_.is_open();
  }
  bool cut() const override { return cut_; }

 private:
  Session& session_;
  bool chunked_;
  bool failed_ = false;
  bool cut_ = false;
};

// Like write(), for an answer whose body comes from a source.
asio::awaitable<bool> Session::stream(const Request& request, Response& response) {
  const bool chunked = request.version() >= 11;
  beast::response<beast::empty_body> head{std::move(response.base())};
  head.version(request.version());
  head.chunked(chunked);
  head.keep_alive(chunked && !finishing_ && request.keep_alive());
  head.set(beast::field::date, http_date());
  allow(options_.write_deadline);
  error_code error;
  beast::response_serializer<beast::empty_body> serializer{head};
  co_await beast::async_write_header(socket_, serializer,
                                     asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return false;
  if (request.method() == beast::verb::head) co_return head.keep_alive();
  Chunks chunks{*this, chunked};
  allow(source_deadline);
  try {
    co_await response.source(chunks);
  } catch (const std::exception& bug) {
    log_.error("http.bug", "A body could not be made to its end",
               {{"target", std::string_view{request.target().data(), request.target().size()}},
                {"problem", bug.what()}});
    co_return false;
  }
  const bool ended = co_await chunks.finish();
  co_return ended && !finishing_ && head.keep_alive();
}

asio::awaitable<void> Session::refuse(const error_code& error) {
  const unsigned status = status_for(error);
  if (status == 0) co_return;
  Request request;
  request.version(11);
  request.keep_alive(false);
  const auto reason = beast::obsolete_reason(beast::int_to_status(status));
  Response response = text_response(request, status, std::string{reason}.append("\n"));
  co_await write(request, response);
}

asio::awaitable<void> Session::drain() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  allow(drain_deadline);
  std::array<char, read_bytes> waste;
  for (std::size_t total = 0; !error && total < drain_bytes_max;) {
    total += co_await socket_.async_read_some(asio::buffer(waste),
                                              asio::redirect_error(asio::use_awaitable, error));
  }
}

void Session::finish() {
  finishing_ = true;
  if (idle_) close();
}

void Session::close() {
  error_code ignored;
  socket_.close(ignored);
  watchdog_.cancel();
}

void Session::allow(milliseconds time) {
  const auto before = std::exchange(deadline_, steady_clock::now() + time);
  // A later deadline is noticed when the present one fires; an earlier one needs a new alarm.
  if (deadline_ < before) watchdog_.cancel();
}

void Session::watch() {
  watchdog_.expires_at(deadline_);
  watchdog_.async_wait([self = shared_from_this()](error_code) {
    if (!self->socket_.is_open()) return;
    if (steady_clock::now() >= self->deadline_) return self->close();
    self->watch();
  });
}

}  // namespace waymark::http
