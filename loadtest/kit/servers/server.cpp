#include "loadtest/kit/servers/server.hpp"

#include "common/error.hpp"
#include "loadtest/kit/servers/processes.hpp"

#include <fmt/format.h>

#include <charconv>

namespace waymark::loadtest {
namespace {

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end && number > 0;
}

}  // namespace

std::optional<::pid_t> Server::find() const {
  if (port != 0) return listener_on(port, pid);
  if (parent != 0) {
    for (const auto child : children_of(parent)) {
      if (program_of(child) == program) return child;
    }
    return std::nullopt;
  }
  if (!owner_of(pid)) return std::nullopt;
  return pid;
}

Server parse_server(std::string_view text) {
  const auto equals = text.find('=');
  Server server;
  bool good = equals != std::string_view::npos && equals > 0;
  if (good) {
    server.name = text.substr(0, equals);
    const auto place = text.substr(equals + 1);
    good = place.starts_with(':') ? read_number(place.substr(1), server.port)
                                  : read_number(place, server.pid);
  }
  if (!good) {
    throw StartupError(
        exit_code::usage,
        fmt::format("--server {}: expected NAME=PID or NAME=:PORT, such as edge=:8080", text));
  }
  return server;
}

}  // namespace waymark::loadtest
