#include "common/http/listener.hpp"

#include "common/error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>

namespace waymark::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

[[noreturn]] void fail(const ListenAddress& address, std::string_view setting,
                       const error_code& error) {
  std::string remedy = "choose an address of this machine";
  if (error == asio::error::address_in_use) {
    remedy = "stop the program that has it or choose another port";
  } else if (error == asio::error::access_denied) {
    remedy = "ports below 1024 need the capability CAP_NET_BIND_SERVICE";
  }
  throw StartupError{exit_code::failure, fmt::format("{}: cannot listen on {}: {}; {}", setting,
                                                     address.text(), error.message(), remedy)};
}

tcp::endpoint resolve(asio::io_context& io, const ListenAddress& address,
                      std::string_view setting) {
  error_code error;
  const auto literal = asio::ip::make_address(address.host, error);
  if (!error) return {literal, address.port};
  tcp::resolver resolver{io};
  const auto found = resolver.resolve(address.host, "", tcp::resolver::passive, error);
  if (error) fail(address, setting, error);
  return {found.begin()->endpoint().address(), address.port};
}

error_code bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor.set_option(asio::ip::v6_only{false}, error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return error;
}

}  // namespace

tcp::acceptor listen_on(asio::io_context& io, const ListenAddress& address,
                        std::string_view setting) {
  tcp::acceptor acceptor{io};
  error_code error;
  if (address.host.empty()) {
    // Every address: one socket takes both families; without IPv6 the other one alone.
    error = bind(acceptor, {tcp::v6(), address.port});
    if (!error || error == asio::error::address_in_use) {
      if (error) fail(address, setting, error);
      return acceptor;
    }
    acceptor = tcp::acceptor{io};
    error = bind(acceptor, {tcp::v4(), address.port});
  } else {
    error = bind(acceptor, resolve(io, address, setting));
  }
  if (error) fail(address, setting, error);
  return acceptor;
}

}  // namespace waymark::http
