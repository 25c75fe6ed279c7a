// Runs an event loop on the test's own thread until something is true.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace waymark::test {

// False when it does not become true within a generous time: the test hangs otherwise.
template <class Condition>
bool run_until(boost::asio::io_context& io, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  io.restart();
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    io.run_one_for(std::chrono::milliseconds{10});
    if (io.stopped()) io.restart();
  }
  return true;
}

}  // namespace waymark::test
