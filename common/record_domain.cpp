#include "common/ascii.hpp"
#include "common/record_fields.hpp"
#include "common/utf8.hpp"


namespace waymark {
namespace {

using detail::Problem;

Problem read_cookie_domain(std::string_view text, std::string& value) {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
  if (text.size() > limits::host_bytes_max ||
      text.find_first_not_of(allowed) != std::string_view::npos) {
    return "must be a host name";
  }
  value = text;
  return {};
}

// Unlike other texts it has lines.
Problem read_robots(std::string_view text, std::string& value) {
  const auto is_forbidden = [](char c) {
    return c == 0x7f ||
           (static_cast<std::uint8_t>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t');
  };
  if (std::any_of(text.begin(), text.end(), is_forbidden)) return "holds a control character";
  if (!is_utf8(text)) return "is not UTF-8";
  value = text;
  return {};
}

}  // namespace

RecordResult<DomainRecord> parse_domain(const RecordFields& fields,
                                        const DestinationPolicy& policy) {
  DomainRecord domain;
  const auto read = [&](std::string_view name, std::string_view value) -> Problem {
    if (name == "cookie_domain") return read_cookie_domain(value, domain.cookie_domain);
    if (name == "root_url") {
      return detail::read_url(value, policy, domain.root_url, check_root_url);
    }
    if (name == "fallback_url") return detail::read_url(value, policy, domain.fallback_url);
    if (name == "robots") return read_robots(value, domain.robots);
    return {};
  };
  if (auto problem = detail::read_fields(fields, read)) return std::move(*problem);
  return domain;
}

bool is_cookie_domain_of(std::string_view cookie_domain, std::string_view host) {
  if (cookie_domain.starts_with('.')) cookie_domain.remove_prefix(1);
  if (equal_ignoring_case(cookie_domain, host)) return true;
  if (cookie_domain.size() >= host.size() || cookie_domain.find('.') == std::string_view::npos) {
    return false;
  }
  const std::string_view above = host.substr(host.size() - cookie_domain.size());
  return host[host.size() - above.size() - 1] == '.' && equal_ignoring_case(cookie_domain, above);
}

RecordFields domain_fields(const DomainRecord& domain) {
  RecordFields fields;
  const auto put = [&fields](const char* name, const std::string& value) {
    if (!value.empty()) fields.emplace_back(name, value);
  };
  put("cookie_domain", domain.cookie_domain);
  put("root_url", domain.root_url);
  put("fallback_url", domain.fallback_url);
  put("robots", domain.robots);
  return fields;
}

}  // namespace waymark
