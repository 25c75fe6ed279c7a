// Where the master is, asked of a Sentinel before each attempt to connect: after a failover another
// server has its place.
#include "common/redis/connection_impl.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <charconv>

namespace waymark::redis {

namespace asio = boost::asio;
using boost::system::error_code;

// Sentinels may have a password of their own or none: they are offered the one of the URL, and
// whether they take it shows in the answer to the question.
asio::awaitable<Result<Address>> Connection::Impl::ask_sentinel(const Address& sentinel) {
  const Url& url = options_.url;
  std::string question;
  if (!url.user.empty()) question += Command{"AUTH", url.user, url.password}.encoded();
  if (url.user.empty() && !url.password.empty())
    question += Command{"AUTH", url.password}.encoded();
  question += Command{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", url.master}.encoded();

  error_code error = Errc::redis_unavailable;
  for (const Endpoint& endpoint : co_await resolve(sentinel, error)) {
    if (stopped_) break;
    start_timeout();
    error = co_await open_stream(endpoint, sentinel.host);
    if (!error) error = co_await write_bytes(question);
    Result<Address> master = error;
    if (!error) master = co_await read_master();
    end_timeout();
    if (broken_) error = broken_;
    if (error) continue;
    co_return master;
  }
  co_return error;
}

asio::awaitable<Result<Address>> Connection::Impl::read_master() {
  bool authenticating = !options_.url.password.empty();
  for (;;) {
    bool found = false;
    const Result<Reply> reply = next_reply(found);
    if (reply.has_error()) co_return reply.error();
    if (!found) {
      if (const error_code error = co_await read_some()) co_return error;
    } else if (authenticating) {
      authenticating = false;
    } else if (reply->size() == 2) {
      Address master{.host = std::string{(*reply)[0].text()}, .port = 0, .path = {}};
      const std::string_view port = (*reply)[1].text();
      std::from_chars(port.data(), port.data() + port.size(), master.port);
      co_return master;
    } else {
      explanation_ = reply->is_error()
                         ? fmt::format("Sentinel: {}", reply->text())
                         : fmt::format("Sentinel knows no master \"{}\"", options_.url.master);
      co_return Errc::redis_refused;
    }
  }
}

}  // namespace waymark::redis
