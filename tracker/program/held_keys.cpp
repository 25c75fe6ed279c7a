#include "tracker/program/held_keys.hpp"

#include "tracker/program/ask_all.hpp"

#include <utility>

namespace waymark::tracker {

boost::asio::awaitable<Result<std::vector<bool>>> held_keys(redis::Client& redis,
                                                            std::vector<std::string> keys,
                                                            std::chrono::milliseconds deadline) {
  std::vector<redis::Command> commands;
  for (const std::string& key : keys) commands.emplace_back("EXISTS", key);
  const auto replies = co_await ask_all(redis, std::move(commands), deadline);
  if (!replies) co_return replies.error();
  std::vector<bool> held;
  for (const redis::Reply& reply : *replies) held.push_back(reply.integer() != 0);
  co_return held;
}

}  // namespace waymark::tracker
