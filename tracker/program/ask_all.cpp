#include "tracker/program/ask_all.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace waymark::tracker {
namespace {

using boost::system::error_code;
using Replies = Result<std::vector<redis::Reply>>;
// Sends the command at an index.
using Send = std::function<void(std::size_t, redis::Client::Handler)>;

boost::asio::awaitable<Replies> gather(std::size_t count, Send send) {
  if (count == 0) co_return std::vector<redis::Reply>{};
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                                 void(Replies)>(
      [count, &send](auto handler) {
        struct State {
          decltype(handler) done;
          std::vector<redis::Reply> replies;
          std::size_t missing;
          error_code error{};
        };
        auto state = std::make_shared<State>(
            State{std::move(handler), std::vector<redis::Reply>(count), count});
        for (std::size_t i = 0; i < count; ++i) {
          send(i, [state, i](error_code error, redis::Reply reply) {
            if (error) state->error = error;
            state->replies[i] = std::move(reply);
            if (--state->missing > 0) return;
            auto done = std::move(state->done);
            if (state->error) {
              std::move(done)(Replies{state->error});
            } else {
              std::move(done)(Replies{std::move(state->replies)});
            }
          });
        }
      },
      boost::asio::use_awaitable);
}

}  // namespace

boost::asio::awaitable<Replies> ask_all(redis::Client& redis, std::vector<redis::Command> commands,
                                        std::chrono::milliseconds deadline) {
  const std::size_t count = commands.size();
  co_return co_await gather(count, [&](std::size_t i, redis::Client::Handler handler) {
    redis.send(std::move(commands[i]), deadline, std::move(handler));
  });
}

boost::asio::awaitable<Replies> transact_all(redis::Client& redis,
                                             std::vector<std::vector<redis::Command>> transactions,
                                             std::chrono::milliseconds deadline) {
  const std::size_t count = transactions.size();
  co_return co_await gather(count, [&](std::size_t i, redis::Client::Handler handler) {
    redis.transact(std::move(transactions[i]), deadline, std::move(handler));
  });
}

}  // namespace waymark::tracker
