// A bound, listening TCP socket, or a StartupError that says what to do about it.
#pragma once

#include "common/settings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string_view>

namespace waymark::http {

// Exit code 1. `setting` names the flag or key in the message.
boost::asio::ip::tcp::acceptor listen_on(boost::asio::io_context& io, const ListenAddress& address,
                                         std::string_view setting);

}  // namespace waymark::http
