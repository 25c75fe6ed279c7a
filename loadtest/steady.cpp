// waymark-steady PORT RATE SECONDS REQUEST: sends the bytes of file REQUEST to 127.0.0.1:PORT at a
// fixed rate, whatever the answers do (open loop), and prints how long they took as JSON. A request
// is timed from the moment it was due: what an answer holds up counts for all that wait behind it.
// SECONDS may be cut short by SIGTERM. Answers must have no content.
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr std::size_t connections = 64;
constexpr std::string_view end_of_answer = "\r\n\r\n";

class Steady {
 public:
  Steady(asio::io_context& io, std::uint16_t port, double rate, std::string request)
      : io_(io),
        server_(asio::ip::address_v4::loopback(), port),
        request_(std::move(request)),
        interval_(
            std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{1.0 / rate})),
        due_timer_(io) {
    for (std::size_t i = 0; i < connections; ++i) {
      idle_.emplace_back(io);
      idle_.back().expires_at(Clock::time_point::max());
    }
    for (std::size_t i = 0; i < connections; ++i) asio::co_spawn(io, visit(i), asio::detached);
    asio::co_spawn(io, schedule(), asio::detached);
  }

  void print() {
    std::sort(took_.begin(), took_.end());
    fmt::print(
        "{{\"answers\":{},\"errors\":{},\"unanswered\":{},\"p50_us\":{},\"p99_us\":{},"
        "\"p999_us\":{},\"max_us\":{}}}\n",
        took_.size(), errors_, due_.size(), at(0.5), at(0.99), at(0.999), at(1.0));
  }

 private:
  asio::awaitable<void> schedule() {
    for (auto next = Clock::now();; next += interval_) {
      boost::system::error_code ignored;
      due_timer_.expires_at(next);
      co_await due_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      due_.push_back(next);
      if (waiting_.empty()) continue;
      const std::size_t visitor = waiting_.back();
      waiting_.pop_back();
      idle_[visitor].cancel();
    }
  }

  asio::awaitable<void> visit(std::size_t number) {
    tcp::socket socket{io_};
    std::string answer;
    for (;;) {
      boost::system::error_code error;
      while (due_.empty()) {
        waiting_.push_back(number);
        co_await idle_[number].async_wait(asio::redirect_error(asio::use_awaitable, error));
      }
      const auto due = due_.front();
      due_.pop_front();
      error.clear();
      if (!socket.is_open()) {
        co_await socket.async_connect(server_, asio::redirect_error(asio::use_awaitable, error));
        if (!error) socket.set_option(tcp::no_delay{true}, error);
      }
      if (!error) co_await ask(socket, answer, error);
      if (error || !answer.starts_with("HTTP/1.1 302")) {
        ++errors_;
        socket.close(error);
      } else {
        took_.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<microseconds>(Clock::now() - due).count()));
      }
    }
  }

  asio::awaitable<void> ask(tcp::socket& socket, std::string& answer,
                            boost::system::error_code& error) {
    answer.clear();
    co_await asio::async_write(socket, asio::buffer(request_),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    co_await asio::async_read_until(socket, asio::dynamic_buffer(answer), end_of_answer,
                                    asio::redirect_error(asio::use_awaitable, error));
  }

  std::uint32_t at(double share) const {
    if (took_.empty()) return 0;
    const auto index = static_cast<std::size_t>(share * static_cast<double>(took_.size()));
    return took_[std::min(index, took_.size() - 1)];
  }

  asio::io_context& io_;
  const tcp::endpoint server_;
  const std::string request_;
  const Clock::duration interval_;
  asio::steady_timer due_timer_;
  std::deque<Clock::time_point> due_;
  std::deque<asio::steady_timer> idle_;  // one for each visitor, to be woken by
  std::vector<std::size_t> waiting_;
  std::vector<std::uint32_t> took_;  // microseconds
  std::uint64_t errors_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) {
    fmt::print(stderr, "usage: waymark-steady PORT RATE SECONDS REQUEST-FILE\n");
    return 2;
  }
  std::ifstream file{argv[4], std::ios::binary};
  asio::io_context io{1};
  Steady steady{io, static_cast<std::uint16_t>(std::atoi(argv[1])), std::atof(argv[2]),
                std::string{std::istreambuf_iterator<char>{file}, {}}};
  asio::signal_set signals{io, SIGTERM};
  signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
  io.run_for(std::chrono::seconds{std::atoi(argv[3])});
  steady.print();
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "waymark-steady: {}\n", error.what());
  return 1;
}
