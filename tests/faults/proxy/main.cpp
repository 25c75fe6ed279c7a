// waymark-fault-proxy PORT SERVER: forwards from 127.0.0.1:PORT to SERVER and obeys the commands of
// commands.hpp on its standard input. Each is answered by one line. It ends with its input.
#include "tests/faults/proxy/commands.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

namespace asio = boost::asio;

asio::awaitable<void> obey_input(asio::io_context& io, waymark::fault::Proxy& proxy) {
  asio::posix::stream_descriptor input{io, STDIN_FILENO};
  std::string buffer;
  for (;;) {
    boost::system::error_code error;
    const std::size_t size =
        co_await asio::async_read_until(input, asio::dynamic_buffer(buffer), '\n',
                                        asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    fmt::print("{}\n", obey(proxy, std::string_view{buffer}.substr(0, size - 1)));
    std::fflush(stdout);
    buffer.erase(0, size);
  }
  io.stop();
}

}  // namespace

int main(int argc, char** argv) try {
  const auto server = waymark::fault::parse_server(argc == 3 ? argv[2] : "");
  if (!server) {
    fmt::print(stderr, "usage: waymark-fault-proxy PORT (IP:PORT | unix:/path)\n");
    return 2;
  }
  asio::io_context io{1};
  waymark::fault::Proxy proxy{io, static_cast<std::uint16_t>(std::atoi(argv[1])), *server};
  asio::co_spawn(io, obey_input(io, proxy), asio::detached);
  io.run();
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "waymark-fault-proxy: {}\n", error.what());
  return 1;
}
