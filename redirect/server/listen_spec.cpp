#include "redirect/server/listen_spec.hpp"

#include "common/error.hpp"
#include "common/settings/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace waymark::redirect {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view activated_prefix = "fd:";

[[noreturn]] void fail(std::string_view setting, std::string_view text, std::string_view problem) {
  throw StartupError(exit_code::config, fmt::format("{}: '{}' {}", setting, text, problem));
}

ListenSpec parse(std::string_view setting, std::string_view text) {
  ListenSpec spec;
  if (text.starts_with(unix_prefix)) {
    spec.kind = ListenSpec::Kind::unix_path;
    spec.name = text.substr(unix_prefix.size());
  } else if (text.starts_with(activated_prefix)) {
    spec.kind = ListenSpec::Kind::activated;
    spec.name = text.substr(activated_prefix.size());
  } else if (const auto address = parse_listen_address(text)) {
    spec.address = *address;
    return spec;
  } else {
    fail(setting, text,
         "is not an address; write it like 127.0.0.1:8080, [::1]:8080, :8080, unix:/run/name.sock "
         "or fd:name");
  }
  if (spec.name.empty()) fail(setting, text, "names nothing");
  return spec;
}

bool same_place(const ListenSpec& one, const ListenSpec& other) {
  return one.kind == other.kind && one.text() == other.text() &&
         (one.kind != ListenSpec::Kind::tcp || one.address.port != 0);
}

}  // namespace

std::string ListenSpec::text() const {
  switch (kind) {
    case Kind::unix_path:
      return fmt::format("{}{}", unix_prefix, name);
    case Kind::activated:
      return fmt::format("{}{}", activated_prefix, name);
    case Kind::tcp:
      break;
  }
  return address.text();
}

std::vector<ListenSpec> listen_specs(const std::vector<std::string>& plain,
                                     const std::vector<std::string>& proxy,
                                     const std::vector<std::string>& tls) {
  std::vector<ListenSpec> specs;
  const auto add = [&specs](std::string_view setting, const std::string& text,
                            bool ListenSpec::*is) {
    ListenSpec spec = parse(setting, text);
    const auto known = std::ranges::find_if(
        specs, [&spec](const ListenSpec& other) { return same_place(spec, other); });
    if (known == specs.end()) {
      if (is != nullptr) spec.*is = true;
      specs.push_back(std::move(spec));
    } else if (is == nullptr || (*known).*is || (!known->proxy && !known->tls)) {
      fail(setting, text, "is listened on already; each address takes one kind of visitors");
    } else {
      (*known).*is = true;
    }
  };
  for (const std::string& text : plain) add("listen", text, nullptr);
  for (const std::string& text : proxy) add("proxies.listen", text, &ListenSpec::proxy);
  for (const std::string& text : tls) add("tls.listen", text, &ListenSpec::tls);
  if (specs.empty()) {
    throw StartupError(exit_code::config,
                       "listen: nowhere to listen; name an address such as 127.0.0.1:8080");
  }
  return specs;
}

}  // namespace waymark::redirect
