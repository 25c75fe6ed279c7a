#include "redirect/decide/circle.hpp"

#include "common/ascii.hpp"

namespace waymark::redirect {
namespace {

// Of the request the scheme is not known: a proxy may have ended TLS.
bool is_default(std::string_view port) noexcept {
  return port.empty() || port == ":" || port == ":443" || port == ":80";
}

}  // namespace

bool is_where_asked(std::string_view url, const Request& request, std::string_view path) noexcept {
  std::string_view rest = url.substr(host_at(url));
  const std::string_view host = request.host;
  if (!equal_ignoring_case(rest.substr(0, host.size()), host)) return false;
  rest.remove_prefix(host.size());
  if (rest.starts_with('.')) rest.remove_prefix(1);
  const std::string_view port = rest.substr(0, rest.find_first_of("/?#"));
  if (!port.empty() && port.front() != ':') return false;
  if (port != request.port && !(is_default(port) && is_default(request.port))) return false;
  rest.remove_prefix(port.size());
  return rest.starts_with(path) &&
         (path.empty() || rest.size() == path.size() ||
          std::string_view{"/?#"}.find(rest[path.size()]) != std::string_view::npos);
}

}  // namespace waymark::redirect
