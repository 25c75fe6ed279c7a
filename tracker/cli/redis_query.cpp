#include "tracker/cli/redis_query.hpp"

#include "common/log.hpp"
#include "common/redis/client.hpp"
#include "common/redis/url.hpp"
#include "tracker/cli/api_client.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto answer_deadline = 3'000ms;
constexpr auto turn = 20ms;

}  // namespace

class RedisQuery::Impl {
 public:
  explicit Impl(redis::Url url)
      // The log stays silent below errors: commands say themselves what is wrong.
      : log("waymark", LogLevel::error), name(url.masked()), connection(io, options(url), log) {}

  static redis::ConnectionOptions options(const redis::Url& url) {
    redis::ConnectionOptions result;
    result.url = url;
    result.name = "waymark-cli";
    result.backoff_max = 200ms;
    return result;
  }

  boost::asio::io_context io{1};
  Log log;
  std::string name;  // the URL without its password
  redis::Client connection;
  bool started = false;
};

RedisQuery::RedisQuery(std::string_view url) : RedisQuery(redis::parse_url(url, "--redis")) {}
RedisQuery::RedisQuery(redis::Url url) : impl_(std::make_unique<Impl>(std::move(url))) {}
RedisQuery::~RedisQuery() = default;

Result<void> RedisQuery::connect(std::chrono::milliseconds at_most) {
  auto& connection = impl_->connection;
  if (!impl_->started) {
    connection.start();
    impl_->started = true;
  }
  const auto end = steady_clock::now() + at_most;
  while (!connection.ready() && steady_clock::now() < end) {
    impl_->io.restart();
    impl_->io.run_for(turn);
    if (connection.last_error() == Errc::redis_too_old) {
      break;
    }
  }
  if (connection.ready()) {
    return {};
  }
  const auto error = connection.last_error();
  return error ? error : make_error_code(Errc::redis_timeout);
}

void RedisQuery::must_connect(std::chrono::milliseconds at_most) {
  const auto connected = connect(at_most);
  if (connected) return;
  if (connected.error() == Errc::redis_too_old) {
    throw CommandFailure(
        exit_code::failure,
        fmt::format("Redis at {} is older than 6.2: install a newer one", impl_->name));
  }
  throw CommandFailure(exit_code::unavailable,
                       fmt::format("cannot reach Redis at {}: {}; start it, or name another one "
                                   "with --redis",
                                   impl_->name, connected.error().message()));
}

const redis::Client& RedisQuery::client() const noexcept {
  return impl_->connection;
}

Result<redis::Reply> RedisQuery::ask(redis::Command command) {
  std::optional<Result<redis::Reply>> outcome;
  impl_->connection.send(std::move(command), answer_deadline,
                         [&](boost::system::error_code error, redis::Reply reply) {
                           if (error) {
                             outcome.emplace(error);
                           } else {
                             outcome.emplace(std::move(reply));
                           }
                         });
  while (!outcome) {  // the handler runs once, at the deadline at the latest
    impl_->io.restart();
    impl_->io.run_for(turn);
  }
  return std::move(*outcome);
}

std::map<std::string, std::string> RedisQuery::hash(std::string_view key) {
  std::map<std::string, std::string> fields;
  const auto reply = ask({"HGETALL", key});
  if (reply && reply->is_array()) {
    for (std::size_t i = 0; i + 1 < reply->size(); i += 2) {
      fields.emplace((*reply)[i].text(), (*reply)[i + 1].text());
    }
  }
  return fields;
}

std::string RedisQuery::info(std::string_view section, std::string_view name) {
  const auto reply = ask({"INFO", section});
  if (!reply) {
    return {};
  }
  const auto text = reply->text();
  const auto start = text.find(fmt::format("\n{}:", name));
  if (start == std::string_view::npos) {
    return {};
  }
  const auto value = text.substr(start + name.size() + 2);
  return std::string{value.substr(0, value.find_first_of("\r\n"))};
}

}  // namespace waymark::cli
