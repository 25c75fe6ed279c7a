#include "tracker/program/held_keys.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace waymark::tracker {

boost::asio::awaitable<Result<std::vector<bool>>> held_keys(redis::Connection& connection,
                                                            std::vector<std::string> keys,
                                                            std::chrono::milliseconds deadline) {
  struct Answers {
    std::vector<bool> held;
    boost::system::error_code error;
  };
  auto answers = std::make_shared<Answers>();
  answers->held.resize(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    connection.send({"EXISTS", keys[i]}, deadline,
                    [answers, i](boost::system::error_code error, const redis::Reply& reply) {
                      if (error) answers->error = error;
                      answers->held[i] = reply.integer() != 0;
                    });
  }
  // Replies come in order: behind this one all are there.
  redis::Command ping{"PING"};
  const auto last =
      co_await connection.request(std::move(ping), deadline, boost::asio::use_awaitable);
  if (!last) co_return last.error();
  if (answers->error) co_return answers->error;
  co_return std::move(answers->held);
}

}  // namespace waymark::tracker
