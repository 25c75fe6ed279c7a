#include "common/settings/table.hpp"

#include "common/settings/mask.hpp"
#include "common/settings/nearest_name.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace waymark {
namespace {

constexpr std::string_view file_suffix = "_file";

std::string read_secret(std::string_view key, const std::string& file, const SettingPlace& place,
                        int exit_code) {
  std::ifstream stream{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream) {
    throw StartupError{exit_code, fmt::format("{}: {} = \"{}\" cannot be read; check that the file "
                                              "exists and that this user may read it",
                                              place, key, file)};
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

void SettingsTable::add(std::string key, Setting setting) {
  setting.default_text = setting.text();
  if (!settings_.try_emplace(key, std::move(setting)).second) {
    throw std::logic_error{"setting bound twice: " + key};
  }
}

std::pair<const Setting*, bool> SettingsTable::lookup(std::string_view key) const {
  if (const Setting* setting = find(key)) return {setting, false};
  if (key.ends_with(file_suffix)) {
    const Setting* setting = find(key.substr(0, key.size() - file_suffix.size()));
    if (setting != nullptr && setting->kind == SettingKind::secret) return {setting, true};
  }
  return {nullptr, false};
}

bool SettingsTable::knows(std::string_view key) const {
  return lookup(key).first != nullptr;
}

const Setting* SettingsTable::find(std::string_view key) const {
  const auto found = settings_.find(key);
  return found == settings_.end() ? nullptr : &found->second;
}

std::vector<std::string> SettingsTable::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, setting] : settings_) {
    keys.push_back(key);
    if (setting.kind == SettingKind::secret) keys.push_back(key + std::string{file_suffix});
  }
  return keys;
}

void SettingsTable::assign(std::string_view key, std::string_view value, const SettingPlace& place,
                           int exit_code) const {
  const auto [setting, in_file] = lookup(key);
  if (setting == nullptr) {
    throw StartupError{exit_code, fmt::format("{}: unknown setting \"{}\"{}", place, key,
                                              did_you_mean(key, keys()))};
  }
  const std::string content =
      in_file ? read_secret(key, std::string{value}, place, exit_code) : std::string{value};
  const std::string problem = setting->assign(content);
  if (problem.empty()) return;
  const bool hidden = setting->kind == SettingKind::secret;
  throw StartupError{exit_code, fmt::format("{}: {} = \"{}\" {}", place, key,
                                            hidden ? "***" : mask_passwords(value), problem)};
}

void SettingsTable::assign_items(std::string_view key, std::vector<std::string> items,
                                 const SettingPlace& place, int exit_code) const {
  const Setting* setting = find(key);
  if (setting == nullptr || !setting->assign_items) {
    throw StartupError{exit_code, fmt::format("{}: {} takes one value, not a list", place, key)};
  }
  setting->assign_items(std::move(items));
}

}  // namespace waymark
