// Settings of a program: flag over environment over file over default (design 3.6).
//
// A program binds each key once to a field that holds its default:
//
//   Settings settings{"redirect"};
//   settings.bind("ship.window", config.ship.window, "Most that is sent and not committed");
//   settings.flag("--journal", "journal.dir");
//   settings.load(argc, argv);
//
// - Every key is reached by `--set key=value`, some by a flag of their own. A list that is given
//   again grows; everything else is given once.
// - Environment: WAYMARK_REDIRECT__SHIP__WINDOW; only names with a double underscore after the
//   program's name are read; an unknown one is an error.
// - File: `--config FILE`, TOML, table [redirect]; `ship.window = "8GiB"` or [redirect.ship].
//   Tables of other programs are skipped; unknown keys are errors with line and column.
// - A key bound with `secret` also has `<key>_file`, whose content (without the last newline) is
//   the value, and is masked in describe().
#pragma once

#include "common/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

// A size written as `512KiB`, `8GiB` or a plain number of bytes.
struct Bytes {
  std::uint64_t value = 0;
  constexpr Bytes() = default;
  constexpr Bytes(std::uint64_t bytes) : value(bytes) {}  // NOLINT: a size is a number
  constexpr operator std::uint64_t() const { return value; }
};
inline constexpr std::uint64_t KiB = 1024;
inline constexpr std::uint64_t MiB = 1024 * KiB;
inline constexpr std::uint64_t GiB = 1024 * MiB;

// `250ms`, `60s`, `10m`, `24h`; 0 needs no unit.
boost::system::result<std::chrono::milliseconds, std::string> parse_duration(std::string_view text);
boost::system::result<Bytes, std::string> parse_bytes(std::string_view text);

// Host and port: `127.0.0.1:8080`, `[::1]:8080`, `:8080` (every address).
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  std::string text() const;
};

enum class SettingKind { plain, secret };

class Settings {
 public:
  // `program` is the table in the file and part of the environment names: "redirect", "tracker".
  explicit Settings(std::string program);
  ~Settings();
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  void bind(std::string key, std::string& field, std::string help,
            SettingKind kind = SettingKind::plain);
  void bind(std::string key, bool& field, std::string help);
  void bind(std::string key, std::uint64_t& field, std::string help, std::uint64_t min,
            std::uint64_t max);
  void bind(std::string key, Bytes& field, std::string help, Bytes min, Bytes max);
  void bind(std::string key, std::chrono::milliseconds& field, std::string help,
            std::chrono::milliseconds min, std::chrono::milliseconds max);
  void bind(std::string key, ListenAddress& field, std::string help);
  // Comma-separated in flags and environment, an array in the file.
  void bind(std::string key, std::vector<std::string>& field, std::string help);
  // One word of `choices`.
  void bind_choice(std::string key, std::string& field, std::string help,
                   std::vector<std::string> choices);

  // Gives a key a flag of its own: flag("--listen", "listen").
  void flag(std::string flag, std::string key);

  // A rule over several settings, which throws StartupError when it is broken. Rules run in order
  // at the end of load(), before --check-config calls the settings valid; they may fill in what
  // depends on other settings.
  void check(std::function<void()> rule);

  // Reads flags, environment and file. Handles --help, --version, --check-config (each prints and
  // leaves through `Exit`). Throws StartupError: exit 2 for flags, 78 for file and environment;
  // the message names the key, the place, the value, the allowed range or the nearest known name.
  // `positional` receives words that are not flags; when null they are errors.
  struct Exit {
    int code;
  };
  void load(int argc, const char* const* argv, std::vector<std::string>* positional = nullptr);

  // Every key with its value in force as JSON, secrets masked: the admin page /config.
  std::string describe() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waymark
