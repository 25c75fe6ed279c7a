// The keys a program has bound: how each takes a text and shows its value. The three sources (file,
// environment, flags) write into it; it knows none of them.
#pragma once

#include "common/settings.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark {

// Where a value came from, for messages: `waymark.toml:3:11`, `--listen`, an environment name.
using SettingPlace = std::string;

struct Setting {
  std::string help;
  SettingKind kind = SettingKind::plain;
  bool boolean = false;  // its flag may stand without a value
  // Takes a value; answers what is wrong with it, or nothing.
  std::function<std::string(std::string_view)> assign;
  // For lists only: takes the items of an array.
  std::function<void(std::vector<std::string>)> assign_items;
  std::function<std::string()> text;  // the value in force, as it would be written
  std::string default_text;
};

class SettingsTable {
 public:
  // A key bound twice is a bug and throws std::logic_error.
  void add(std::string key, Setting setting);

  // The setting meant by `key`, which is `<key>` or, for a secret, `<key>_file` (then true: the
  // value is in that file); null when there is none.
  std::pair<const Setting*, bool> lookup(std::string_view key) const;
  bool knows(std::string_view key) const;
  const Setting* find(std::string_view key) const;
  std::vector<std::string> keys() const;
  const std::map<std::string, Setting, std::less<>>& all() const { return settings_; }

  // Throw StartupError with `exit_code`: unknown key (with the nearest known one), bad value,
  // secret file that cannot be read.
  void assign(std::string_view key, std::string_view value, const SettingPlace& place,
              int exit_code) const;
  void assign_items(std::string_view key, std::vector<std::string> items, const SettingPlace& place,
                    int exit_code) const;

 private:
  std::map<std::string, Setting, std::less<>> settings_;
};

}  // namespace waymark
