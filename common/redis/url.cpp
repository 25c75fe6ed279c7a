#include "common/redis/url.hpp"

#include "common/error.hpp"
#include "common/settings/mask.hpp"

#include <boost/url/decode_view.hpp>
#include <boost/url/pct_string_view.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/un.h>

#include <charconv>
#include <limits>
#include <optional>

namespace waymark::redis {
namespace {

constexpr std::size_t socket_path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

// Why a URL cannot be used; parse_url() adds the rest of the sentence.
struct Problem {
  std::string text;
};

std::string decoded(std::string_view text) {
  const auto view = boost::urls::make_pct_string_view(text);
  if (view.has_error()) throw Problem{"a percent sign must be followed by two hex digits"};
  std::string result;
  for (const char c : **view) result += c;
  return result;
}

template <class Number>
Number number(std::string_view text, std::string_view what) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw Problem{fmt::format("{} \"{}\" is not a number from 0 to {}", what, text,
                              std::numeric_limits<Number>::max())};
  }
  return value;
}

// Cuts off what stands before `separator`; nothing when there is none.
std::optional<std::string_view> take_before(std::string_view& text, char separator, bool last) {
  const auto place = last ? text.rfind(separator) : text.find(separator);
  if (place == std::string_view::npos) return std::nullopt;
  const auto before = text.substr(0, place);
  text.remove_prefix(place + 1);
  return before;
}

void take_user_info(std::string_view& rest, Url& url) {
  auto user_info = take_before(rest, '@', true);
  if (!user_info) return;
  if (const auto user = take_before(*user_info, ':', false)) {
    url.user = decoded(*user);
    url.password = decoded(*user_info);
  } else {
    throw Problem{"write the password as redis://:PASSWORD@HOST or redis://USER:PASSWORD@HOST"};
  }
}

Address address_from(std::string_view text, std::uint16_t default_port) {
  Address address;
  address.port = default_port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) throw Problem{"an IPv6 address needs its closing ]"};
    address.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    address.host = text.substr(0, end);
    text.remove_prefix(end);
  }
  if (address.host.empty()) throw Problem{"the host is missing"};
  if (text.empty()) return address;
  if (text.front() != ':') throw Problem{fmt::format("\"{}\" after the address", text)};
  address.port = number<std::uint16_t>(text.substr(1), "port");
  if (address.port == 0) throw Problem{"port 0 cannot be reached"};
  return address;
}

constexpr std::uint16_t server_port = 6379;
constexpr std::uint16_t sentinel_port = 26379;

// Hosts, then the path without its slash, which is returned.
std::string_view read_hosts(std::string_view rest, std::uint16_t default_port, Url& url) {
  std::string_view path;
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    path = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  take_user_info(rest, url);
  while (const auto host = take_before(rest, ',', false)) {
    url.addresses.push_back(address_from(*host, default_port));
  }
  url.addresses.push_back(address_from(rest, default_port));
  return path;
}

void read_database(std::string_view path, Url& url) {
  if (!path.empty()) url.database = number<std::uint16_t>(path, "database");
}

void read_network(std::string_view rest, Url& url) {
  read_database(read_hosts(rest, server_port, url), url);
}

void read_sentinels(std::string_view rest, Url& url) {
  std::string_view path = read_hosts(rest, sentinel_port, url);
  const auto before_database = take_before(path, '/', false);
  url.master = decoded(before_database.value_or(path));
  if (url.master.empty()) {
    throw Problem{"the name of the master is missing: redis+sentinel://HOST,HOST/NAME"};
  }
  if (before_database) read_database(path, url);
}

void read_socket(std::string_view rest, Url& url) {
  if (const auto query = rest.find('?'); query != std::string_view::npos) {
    const auto parameter = rest.substr(query + 1);
    if (!parameter.starts_with("db=")) throw Problem{"only ?db=NUMBER may follow the path"};
    url.database = number<std::uint16_t>(parameter.substr(3), "database");
    rest = rest.substr(0, query);
  }
  take_user_info(rest, url);
  if (!rest.starts_with('/')) throw Problem{"the path of a socket starts with /"};
  Address address;
  address.port = 0;
  address.path = decoded(rest);
  if (address.path.size() > socket_path_bytes_max) {
    throw Problem{fmt::format("the path of a socket has at most {} bytes", socket_path_bytes_max)};
  }
  url.addresses.push_back(std::move(address));
}

Url read(std::string_view text) {
  Url url;
  if (text.starts_with("unix://")) {
    read_socket(text.substr(7), url);
  } else if (text.starts_with("redis://")) {
    read_network(text.substr(8), url);
  } else if (text.starts_with("rediss://")) {
    url.tls = true;
    read_network(text.substr(9), url);
  } else if (text.starts_with("redis+sentinel://")) {
    read_sentinels(text.substr(17), url);
  } else if (text.starts_with("rediss+sentinel://")) {
    url.tls = true;
    read_sentinels(text.substr(18), url);
  } else {
    throw Problem{
        "it must start with redis://, rediss://, redis+sentinel://, rediss+sentinel:// or unix://"};
  }
  return url;
}

}  // namespace

std::string text_of(const Address& address) {
  if (!address.path.empty()) return address.path;
  if (address.host.find(':') != std::string::npos) {
    return fmt::format("[{}]:{}", address.host, address.port);
  }
  return fmt::format("{}:{}", address.host, address.port);
}

std::string Url::masked() const {
  const std::string user_info = password.empty() ? "" : fmt::format("{}:***@", user);
  if (!addresses.front().path.empty()) {
    return fmt::format("unix://{}{}{}", user_info, addresses.front().path,
                       database == 0 ? "" : fmt::format("?db={}", database));
  }
  std::vector<std::string> hosts;
  for (const Address& address : addresses) hosts.push_back(text_of(address));
  return fmt::format("{}{}://{}{}{}{}", tls ? "rediss" : "redis", master.empty() ? "" : "+sentinel",
                     user_info, fmt::join(hosts, ","), master.empty() ? "" : "/" + master,
                     database == 0 ? "" : fmt::format("/{}", database));
}

Url parse_url(std::string_view text, std::string_view setting) try {
  return read(text);
} catch (const Problem& problem) {
  throw StartupError{exit_code::config,
                     fmt::format("{}: \"{}\" is not a Redis URL: {}; write it like "
                                 "redis://127.0.0.1:6379/0 or unix:///run/redis/redis.sock",
                                 setting, mask_passwords(text), problem.text)};
}

}  // namespace waymark::redis
