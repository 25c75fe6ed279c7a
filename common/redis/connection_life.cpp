// The life of a connection: connect, shake hands, read until it ends, wait, begin again.
#include "common/redis/connection_impl.hpp"
#include "common/rethrow.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace waymark::redis {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// What a single reply may occupy before it is complete; Redis itself allows 512 MiB.
constexpr std::size_t unread_bytes_max = 256U << 20U;

std::string tls_problem(const error_code& error) {
  if (error == asio::ssl::error::stream_truncated || error == asio::error::eof ||
      error == asio::error::connection_reset) {
    return "the server ended the TLS handshake; is this its TLS port, and does it ask for a "
           "certificate (redis.tls.certificate)?";
  }
  return "TLS: " + error.message() +
         "; check redis.tls.ca and the names in its certificate "
         "(redis.tls.server_name)";
}

}  // namespace

Connection::Impl::Impl(asio::io_context& io, ConnectionOptions options, Log& log)
    : io_(io),
      options_(std::move(options)),
      away_log_(log, options_.name, options_.url.masked()),
      backoff_(options_.backoff_min, options_.backoff_max),
      stream_(io),
      tls_client_(options_.url.tls_client),
      resolver_(io),
      timer_(io),
      tick_timer_(io) {
  if (options_.url.tls && !tls_client_) tls_client_ = load_tls({});
  if (!options_.url.tls) tls_client_.reset();
}

void Connection::Impl::start() {
  asio::co_spawn(
      io_, [self = shared_from_this()] { return self->run(); }, rethrow);
}

void Connection::Impl::stop() {
  if (std::exchange(stopped_, true)) return;
  const auto self = shared_from_this();  // a handler may destroy the Connection
  ready_ = false;
  fail(asio::error::operation_aborted);
  resolver_.cancel();
  timer_.cancel();
  tick_timer_.cancel();
  outgoing_.clear();
  for (const Handler& handler : waiting_.take_all()) handler(Errc::redis_unavailable, Reply{});
  run_refused();
}

void Connection::Impl::fail(error_code error) {
  if (!broken_) broken_ = error;
  error_code ignored;
  stream_.socket().close(ignored);
}

asio::awaitable<void> Connection::Impl::run() {
  const auto self = shared_from_this();
  while (!stopped_) {
    error_code error = co_await connect();
    if (!error && !stopped_) {
      become_ready();
      error = co_await read_replies();
    }
    if (stopped_) break;
    become_lost(error);
    if (stopped_) break;  // by one of its handlers
    timer_.expires_after(backoff_.next());
    error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

// Tries all addresses in turn, beginning with the one that worked last.
asio::awaitable<error_code> Connection::Impl::connect() {
  error_code error = Errc::redis_unavailable;
  const auto& addresses = options_.url.addresses;
  for (std::size_t attempt = 0; attempt < addresses.size() && !stopped_; ++attempt) {
    const Address& address = addresses[address_ % addresses.size()];
    if (options_.url.master.empty()) {
      error = co_await connect_to(address);
    } else {
      const Result<Address> master = co_await ask_sentinel(address);
      error = master ? co_await connect_to(*master) : master.error();
    }
    if (!error) co_return error;
    ++address_;
  }
  co_return error;
}

// Tries all that the name stands for.
asio::awaitable<error_code> Connection::Impl::connect_to(const Address& address) {
  error_code error;
  reached_ = address;
  for (const Endpoint& endpoint : co_await resolve(address, error)) {
    if (stopped_) break;
    start_timeout();
    error = co_await open_stream(endpoint, address.host);
    if (!error) error = co_await shake_hands();
    end_timeout();
    if (broken_) error = broken_;
    if (!error) break;
  }
  co_return error;
}

asio::awaitable<std::vector<Connection::Impl::Endpoint>> Connection::Impl::resolve(
    const Address& address, error_code& error) {
  std::vector<Endpoint> endpoints;
  if (!address.path.empty()) {
    endpoints.emplace_back(asio::local::stream_protocol::endpoint{address.path});
    co_return endpoints;
  }
  // A literal needs no resolver, which would start a thread.
  const auto literal = asio::ip::make_address(address.host, error);
  if (!error) {
    endpoints.emplace_back(tcp::endpoint{literal, address.port});
    co_return endpoints;
  }
  const auto found = co_await resolver_.async_resolve(
      address.host, std::to_string(address.port), asio::redirect_error(asio::use_awaitable, error));
  for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
  co_return endpoints;
}

asio::awaitable<error_code> Connection::Impl::open_stream(const Endpoint& endpoint,
                                                          const std::string& host) {
  broken_ = {};
  explanation_.clear();
  reader_.reset(redisReaderCreate());
  Stream::Socket& socket = stream_.socket();
  error_code error;
  socket.close(error);
  socket.open(endpoint.protocol(), error);
  if (error) co_return error;
  std::string tls_files_problem;
  if (tls_client_) tls_client_ = renew_tls(std::move(tls_client_), tls_files_problem);
  error = stream_.begin(tls_client_.get(), host);
  if (error) co_return error;
  co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return error;
  if (endpoint.protocol().family() != AF_UNIX) socket.set_option(tcp::no_delay{true}, error);
  if (!stream_.is_tls()) co_return error;
  co_await stream_.async_handshake(asio::redirect_error(asio::use_awaitable, error));
  if (error) explanation_ = tls_files_problem.empty() ? tls_problem(error) : tls_files_problem;
  co_return error;
}

asio::awaitable<error_code> Connection::Impl::shake_hands() {
  Handshake handshake{options_.url, options_.name};
  error_code error = co_await write_bytes(handshake.bytes());
  while (!error) {
    bool found = false;
    const Result<Reply> reply = next_reply(found);
    if (reply.has_error()) co_return reply.error();
    if (!found) {
      error = co_await read_some();
      continue;
    }
    auto outcome = handshake.step(*reply);
    if (!outcome) continue;
    explanation_ = handshake.explanation();
    if (outcome->has_error()) co_return outcome->error();
    server_ = std::move(**outcome);
    co_return error_code{};
  }
  co_return error;
}

asio::awaitable<error_code> Connection::Impl::read_replies() {
  while (!broken_) {
    const auto now = Clock::now();
    bool found = true;
    while (found && !broken_) {
      Result<Reply> reply = next_reply(found);
      if (reply.has_error()) co_return reply.error();
      if (found && !take_reply(std::move(*reply), now)) co_return Errc::redis_protocol;
    }
    if (broken_) break;
    const error_code error = co_await read_some();
    if (error) co_return broken_ ? broken_ : error;
  }
  co_return broken_;
}

asio::awaitable<error_code> Connection::Impl::read_some() {
  error_code error;
  const std::size_t size = co_await stream_.async_read_some(
      asio::buffer(read_buffer_), asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return error;
  if (redisReaderFeed(reader_.get(), read_buffer_.data(), size) != REDIS_OK ||
      reader_->len - reader_->pos > unread_bytes_max) {
    co_return Errc::redis_protocol;
  }
  co_return error;
}

asio::awaitable<error_code> Connection::Impl::write_bytes(std::string_view bytes) {
  error_code error;
  co_await stream_.async_write(asio::buffer(bytes),
                               asio::redirect_error(asio::use_awaitable, error));
  co_return error;
}

// `found` is false when the bytes at hand hold no complete reply.
Result<Reply> Connection::Impl::next_reply(bool& found) {
  void* reply = nullptr;
  if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) return Errc::redis_protocol;
  found = reply != nullptr;
  return Reply{static_cast<redisReply*>(reply)};
}

void Connection::Impl::become_ready() {
  ready_ = true;
  // One that lets us in and refuses our writes is not asked at full speed.
  if (last_error_ != make_error_code(Errc::redis_refused)) backoff_.reset();
  last_error_ = {};
  away_log_.back(server_.version, Clock::now());
  if (on_ready) on_ready();
}

void Connection::Impl::become_lost(error_code error) {
  const bool was_ready = std::exchange(ready_, false);
  // A server that takes connections and then refuses them must not hide the others.
  if (!was_ready || error == make_error_code(Errc::redis_refused)) ++address_;
  last_error_ = error;
  subscribed_ = false;
  outgoing_.clear();
  error_code ignored;
  stream_.socket().close(ignored);
  std::string reason = explanation_.empty() ? error.message() : explanation_;
  if (error == asio::error::eof) reason = "Redis closed the connection";
  away_log_.away(error, reason, Clock::now());

  for (const Handler& handler : waiting_.take_all()) handler(Errc::redis_connection_lost, Reply{});
  if (was_ready && !stopped_ && on_lost) on_lost(error);
}

// Closes the socket when connecting and shaking hands take too long together. (A name server that
// does not answer takes longer: getaddrinfo() cannot be interrupted, only awaited elsewhere.)
void Connection::Impl::start_timeout() {
  timer_.expires_after(options_.connect_timeout);
  timer_.async_wait([self = shared_from_this(), number = ++timeout_number_](error_code error) {
    if (!error && number == self->timeout_number_) self->fail(Errc::redis_timeout);
  });
}

void Connection::Impl::end_timeout() {
  ++timeout_number_;
  timer_.cancel();
}

}  // namespace waymark::redis
