#include "common/settings/nearest_name.hpp"
#include "common/settings/sources.hpp"

#include <fmt/format.h>

#include <span>

namespace waymark {
namespace {

class FlagReader {
 public:
  FlagReader(std::span<const char* const> words,
             const std::map<std::string, std::string, std::less<>>& own_flags,
             const SettingsTable& table)
      : words_(words), own_flags_(own_flags), table_(table) {}

  FlagWords read() {
    while (!words_.empty()) {
      const std::string_view word = next();
      if (word == "--") {
        while (!words_.empty()) result_.positional.emplace_back(next());
      } else if (word.starts_with("--")) {
        long_flag(word);
      } else if (word == "-h") {
        result_.help = true;
      } else if (word.size() > 1 && word.front() == '-') {
        unknown(word);
      } else {
        result_.positional.emplace_back(word);
      }
    }
    return std::move(result_);
  }

 private:
  std::string_view next() {
    const std::string_view word = words_.front();
    words_ = words_.subspan(1);
    return word;
  }

  void long_flag(std::string_view word) {
    const auto equals = word.find('=');
    const std::string flag{word.substr(0, equals)};
    // The value of --flag=value.
    const std::string attached{equals == std::string_view::npos ? "" : word.substr(equals + 1)};
    const std::string* given = equals == std::string_view::npos ? nullptr : &attached;
    if (flag == "--help") {
      result_.help = true;
    } else if (flag == "--version") {
      result_.version = true;
    } else if (flag == "--check-config") {
      result_.check_config = true;
    } else if (flag == "--config") {
      if (result_.config_file) given_twice(flag, "the file");
      result_.config_file = value(flag, given);
    } else if (flag == "--set") {
      set(value(flag, given));
    } else if (const auto own = own_flags_.find(flag); own != own_flags_.end()) {
      const Setting* setting = table_.find(own->second);
      const bool bare = given == nullptr && setting != nullptr && setting->boolean;
      add(own->second, bare ? "true" : value(flag, given), flag);
    } else {
      unknown(flag);
    }
  }

  std::string value(std::string_view flag, const std::string* given) {
    if (given != nullptr) return *given;
    if (words_.empty()) {
      throw StartupError{exit_code::usage, fmt::format("{} needs a value; try --help", flag)};
    }
    return std::string{next()};
  }

  void set(const std::string& assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw StartupError{exit_code::usage,
                         fmt::format("--set \"{}\": write it as --set key=value", assignment)};
    }
    add(assignment.substr(0, equals), assignment.substr(equals + 1), "--set");
  }

  // A list grows. Of everything else the second value would silently take the place of the first.
  void add(std::string key, std::string value, SettingPlace place) {
    const Setting* const setting = table_.lookup(key).first;
    for (FlagWords::Value& earlier : result_.values) {
      if (setting == nullptr || table_.lookup(earlier.key).first != setting) continue;
      if (!setting->assign_items) given_twice(place, key);
      earlier.value += "," + value;
      return;
    }
    result_.values.push_back({std::move(key), std::move(value), std::move(place)});
  }

  [[noreturn]] static void given_twice(std::string_view place, std::string_view what) {
    throw StartupError{exit_code::usage,
                       fmt::format("{}: {} is given twice; give it once", place, what)};
  }

  [[noreturn]] void unknown(std::string_view flag) const {
    const std::string_view key = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
    if (table_.knows(key)) {
      throw StartupError{exit_code::usage,
                         fmt::format("unknown flag {}; write --set {}=VALUE", flag, key)};
    }
    std::vector<std::string> known{"--help", "--version", "--check-config", "--config", "--set"};
    for (const auto& own : own_flags_) known.push_back(own.first);
    const std::string hint = did_you_mean(flag, known);
    throw StartupError{exit_code::usage, fmt::format("unknown flag {}{}", flag,
                                                     hint.empty() ? "; try --help" : hint)};
  }

  std::span<const char* const> words_;
  const std::map<std::string, std::string, std::less<>>& own_flags_;
  const SettingsTable& table_;
  FlagWords result_;
};

}  // namespace

FlagWords read_flags(int argc, const char* const* argv,
                     const std::map<std::string, std::string, std::less<>>& own_flags,
                     const SettingsTable& table) {
  const std::span<const char* const> all{argv, static_cast<std::size_t>(argc)};
  return FlagReader{all.subspan(std::min<std::size_t>(1, all.size())), own_flags, table}.read();
}

}  // namespace waymark
