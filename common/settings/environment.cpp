#include "common/ascii.hpp"
#include "common/settings/sources.hpp"

#include <fmt/format.h>

namespace waymark {
namespace {

// SHIP__WINDOW is ship.window, JOURNAL__MAX_BYTES is journal.max_bytes.
std::string key_of(std::string_view name) {
  std::string key;
  while (!name.empty()) {
    const bool dot = name.starts_with("__");
    key += dot ? '.' : lower(name.front());
    name.remove_prefix(dot ? 2 : 1);
  }
  return key;
}

}  // namespace

void read_settings_environment(const char* const* environment, std::string_view program,
                               const SettingsTable& table) {
  std::string prefix = "WAYMARK_";
  for (const char c : program) prefix += upper(c);
  prefix += "__";
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry{*environment};
    const auto equals = entry.find('=');
    if (!entry.starts_with(prefix) || equals == std::string_view::npos) continue;
    const std::string_view name = entry.substr(0, equals);
    table.assign(key_of(name.substr(prefix.size())), entry.substr(equals + 1),
                 fmt::format("environment {}", name), exit_code::config);
  }
}

}  // namespace waymark
