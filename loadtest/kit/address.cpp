#include "loadtest/kit/address.hpp"

#include "common/error.hpp"

#include <arpa/inet.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace waymark::loadtest {
namespace {

constexpr int connect_wait_ms = 3'000;

// 0, or the errno of why not.
int try_connect(const addrinfo& at) {
  const int socket = ::socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return errno;
  int error = 0;
  if (::connect(socket, at.ai_addr, at.ai_addrlen) != 0) error = errno;
  if (error == EINPROGRESS) {
    pollfd waiting{socket, POLLOUT, 0};
    error = ETIMEDOUT;
    if (::poll(&waiting, 1, connect_wait_ms) == 1) {
      socklen_t size = sizeof error;
      ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  ::close(socket);
  return error;
}

}  // namespace

Target parse_target(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  const bool known = parsed && (parsed->scheme() == "http" || parsed->scheme() == "https");
  if (!known || parsed->host().empty() || parsed->has_userinfo()) {
    throw StartupError(
        exit_code::usage,
        fmt::format("'{}' is no address to load: use http://HOST[:PORT]/PATH, or https", url));
  }
  Target target;
  target.tls = parsed->scheme() == "https";
  target.host = parsed->host_address();
  target.authority = parsed->encoded_host_and_port();
  target.port = parsed->has_port() ? parsed->port_number() : (target.tls ? 443 : 80);
  const std::string_view path = parsed->encoded_target();
  target.path = path.starts_with('/') ? std::string{path} : fmt::format("/{}", path);
  return target;
}

std::string Endpoint::text() const {
  std::array<char, INET6_ADDRSTRLEN> name{};
  if (family() == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, name.data(), name.size());
    return fmt::format("[{}]:{}", name.data(), ntohs(v6.sin6_port));
  }
  sockaddr_in v4;
  std::memcpy(&v4, &address, sizeof v4);
  ::inet_ntop(AF_INET, &v4.sin_addr, name.data(), name.size());
  return fmt::format("{}:{}", name.data(), ntohs(v4.sin_port));
}

Endpoint find_server(const Target& target) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed =
      ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &list);
  if (failed != 0) {
    throw StartupError(exit_code::unavailable, fmt::format("cannot find the host {}: {}",
                                                           target.host, ::gai_strerror(failed)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned{list, &::freeaddrinfo};
  int error = 0;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    error = try_connect(*at);
    if (error != 0) continue;
    Endpoint endpoint;
    std::memcpy(&endpoint.address, at->ai_addr, at->ai_addrlen);
    endpoint.size = at->ai_addrlen;
    return endpoint;
  }
  throw StartupError(exit_code::unavailable,
                     fmt::format("cannot connect to {} port {}: {}; is the server running there?",
                                 target.host, target.port, std::strerror(error)));
}

}  // namespace waymark::loadtest
