// Runs one coroutine where the caller waits for it: for tools that have nothing else to do.
#pragma once

#include "common/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace waymark {

// What `work` gives, or the error that ended it. Runs `io`, which has no other work, on this
// thread. Exceptions other than system_error go through.
template <class T>
Result<T> run_to_end(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::optional<Result<T>> outcome;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr failure, T value) {
    if (!failure) {
      outcome = std::move(value);
      return;
    }
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      outcome = error.code();
    }
  });
  io.restart();
  io.run();
  return std::move(*outcome);
}

}  // namespace waymark
