// One connection through the proxy: two sockets, and what is carried between them. One thread.
#pragma once

#include "tests/faults/proxy/direction.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

namespace waymark::fault {

using Socket = boost::asio::generic::stream_protocol::socket;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `up` (to the server) and `down` outlive this.
  Connection(Socket client, Socket server, Direction& up, Direction& down);

  // Carries until both ways have ended; keeps this alive meanwhile.
  void start();
  // Who waits because of a fault looks again.
  void faults_changed();
  // Ends both sides with RST.
  void cut();
  // The server sees the end of the stream, the client still gets answers; or the other way round.
  void half_close_up() { half_close(up_.to); }
  void half_close_down() { half_close(down_.to); }

 private:
  struct Way {
    Socket& from;
    Socket& to;
    Direction& direction;
    boost::asio::steady_timer changed;
  };

  boost::asio::awaitable<void> carry(Way& way);
  boost::asio::awaitable<bool> deliver(Way& way, std::span<std::byte> piece);
  static boost::asio::awaitable<void> wait(Way& way, std::chrono::milliseconds at_most);
  static boost::asio::awaitable<void> wait_while_stalled(Way& way);
  static void half_close(Socket& to);

  Socket client_, server_;
  Way up_, down_;
};

}  // namespace waymark::fault
