#include "tests/faults/proxy/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

namespace waymark::fault {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t piece_bytes_max = 16 * 1024;
constexpr milliseconds until_changed = std::chrono::hours{1};

}  // namespace

Connection::Connection(Socket client, Socket server, Direction& up, Direction& down)
    : client_(std::move(client)),
      server_(std::move(server)),
      up_{client_, server_, up, asio::steady_timer{client_.get_executor()}},
      down_{server_, client_, down, asio::steady_timer{client_.get_executor()}} {}

void Connection::start() {
  for (Way* way : {&up_, &down_}) {
    asio::co_spawn(
        client_.get_executor(), [self = shared_from_this(), way] { return self->carry(*way); },
        asio::detached);
  }
}

void Connection::faults_changed() {
  up_.changed.cancel();
  down_.changed.cancel();
}

void Connection::cut() {
  for (Socket* socket : {&client_, &server_}) {
    error_code ignored;
    socket->set_option(asio::socket_base::linger{true, 0}, ignored);
    socket->close(ignored);
  }
  faults_changed();
}

asio::awaitable<void> Connection::carry(Way& way) {
  std::array<std::byte, piece_bytes_max> buffer;
  error_code error;
  for (;;) {
    co_await wait_while_stalled(way);
    const std::size_t size = co_await way.from.async_read_some(
        asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof) co_return half_close(way.to);
    if (error) co_return cut();
    co_await wait_while_stalled(way);  // it may have begun meanwhile
    const Faults faults = way.direction.faults;
    if (faults.delay.count() > 0) co_await wait(way, faults.delay);
    if (!co_await deliver(way, std::span{buffer}.first(size))) co_return cut();
    if (faults.bytes_per_second > 0) {
      co_await wait(way, milliseconds{size * 1'000 / faults.bytes_per_second});
    }
  }
}

// False when the connection has to end.
asio::awaitable<bool> Connection::deliver(Way& way, std::span<std::byte> piece) {
  Direction& direction = way.direction;
  direction.garble(piece);
  auto& cut_after = direction.faults.cut_after;
  const bool last = cut_after && *cut_after <= piece.size();
  if (last) piece = piece.first(*cut_after);
  if (cut_after) *cut_after -= piece.size();
  if (last) cut_after.reset();
  error_code error;
  direction.bytes += co_await asio::async_write(way.to, asio::buffer(piece.data(), piece.size()),
                                                asio::redirect_error(asio::use_awaitable, error));
  co_return !error && !last;
}

asio::awaitable<void> Connection::wait(Way& way, milliseconds at_most) {
  error_code cancelled;
  way.changed.expires_after(at_most);
  co_await way.changed.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

asio::awaitable<void> Connection::wait_while_stalled(Way& way) {
  while (way.direction.faults.stalled && way.from.is_open()) co_await wait(way, until_changed);
}

void Connection::half_close(Socket& to) {
  error_code ignored;
  to.shutdown(asio::socket_base::shutdown_send, ignored);
}

}  // namespace waymark::fault
