// Settings: precedence of the sources, help, and the values in force.
#include "common/settings/impl.hpp"
#include "common/settings/mask.hpp"
#include "common/settings/sources.hpp"
#include "common/version.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace waymark {
namespace {

std::string name_of(std::string_view program) {
  return program == "waymark" ? std::string{program} : fmt::format("waymark-{}", program);
}

std::string shown(const Setting& setting, const std::string& text) {
  if (setting.kind == SettingKind::secret && !text.empty()) return "***";
  return mask_passwords(text);
}

std::string help_text(std::string_view program, const SettingsTable& table,
                      const std::map<std::string, std::string, std::less<>>& own_flags) {
  std::map<std::string_view, std::string_view> flag_of;
  for (const auto& [flag, key] : own_flags) flag_of[key] = flag;

  std::string text = fmt::format(
      "usage: {} [--config FILE] [--set KEY=VALUE]... [FLAG VALUE]...\n\n"
      "  --config FILE    read table [{}] of a TOML file\n"
      "  --set KEY=VALUE  set any of the keys below: once, a list also again and again\n"
      "  --check-config   validate all settings and exit\n"
      "  --help, --version\n\n",
      name_of(program), program);
  for (const auto& [key, setting] : table.all()) {
    const auto flag = flag_of.find(key);
    const std::string title =
        flag == flag_of.end() ? key : fmt::format("{} ({})", key, flag->second);
    const std::string value = shown(setting, setting.default_text);
    text += fmt::format("  {:<32} {}{}{}\n", title, setting.help,
                        setting.assign_items ? " (list: commas between)" : "",
                        value.empty() ? "" : fmt::format(" [{}]", value));
  }
  return text;
}

}  // namespace

Settings::Settings(std::string program) : impl_(std::make_unique<Impl>(std::move(program))) {}
Settings::~Settings() = default;

void Settings::flag(std::string flag, std::string key) {
  if (impl_->table.find(key) == nullptr) throw std::logic_error{"flag for unbound key: " + key};
  impl_->own_flags.insert_or_assign(std::move(flag), std::move(key));
}

void Settings::check(std::function<void()> rule) {
  impl_->rules.push_back(std::move(rule));
}

void Settings::load(int argc, const char* const* argv, std::vector<std::string>* positional) {
  const Impl& impl = *impl_;
  FlagWords words = read_flags(argc, argv, impl.own_flags, impl.table);
  if (words.help) {
    fmt::print("{}", help_text(impl.program, impl.table, impl.own_flags));
    throw Exit{exit_code::ok};
  }
  if (words.version) {
    fmt::print("{} {}\n", name_of(impl.program), version());
    throw Exit{exit_code::ok};
  }
  if (positional == nullptr && !words.positional.empty()) {
    throw StartupError{exit_code::usage,
                       fmt::format("unexpected word \"{}\"; try --help", words.positional.front())};
  }

  // The weakest source first: what comes later overrides it.
  if (words.config_file) read_settings_file(*words.config_file, impl.program, impl.table);
  read_settings_environment(environ, impl.program, impl.table);
  for (const auto& [key, value, place] : words.values) {
    impl.table.assign(key, value, place, exit_code::usage);
  }
  for (const auto& rule : impl.rules) rule();
  if (words.check_config) {
    fmt::print("settings are valid\n");
    throw Exit{exit_code::ok};
  }
  if (positional != nullptr) *positional = std::move(words.positional);
}

std::string Settings::describe() const {
  boost::json::object values;
  for (const auto& [key, setting] : impl_->table.all()) {
    values[key] = shown(setting, setting.text());
  }
  return boost::json::serialize(values);
}

}  // namespace waymark
