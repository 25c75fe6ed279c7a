// JSON lines on standard error (or readable text on a terminal), one per event. Not for the request
// path: each call takes a mutex and writes.
//
// Keys: ts (RFC 3339, UTC, microseconds), level, event (stable id, `redis.lost`), msg (constant
// text), component, then the fields. An event that repeats is limited to `repeat_max` a second; how
// many were left out is said with the next one.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace waymark {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { automatic, json, text };

struct LogField {
  LogField(std::string_view name, std::string_view text) : key(name), value(text), quoted(true) {}
  LogField(std::string_view name, const char* text) : LogField(name, std::string_view{text}) {}
  LogField(std::string_view name, const std::string& text)
      : LogField(name, std::string_view{text}) {}
  LogField(std::string_view name, bool flag) : key(name), value(flag ? "true" : "false") {}
  template <class Number>
  requires((std::integral<Number> || std::floating_point<Number>)&&!std::same_as<Number, bool>)
      LogField(std::string_view name, Number number)
      : key(name), value(fmt::format("{}", number)) {}

  std::string_view key;
  std::string value;
  bool quoted = false;  // as a JSON string
};

class Log {
 public:
  // `component` names the program: "redirect", "tracker".
  explicit Log(std::string component, LogLevel level = LogLevel::info,
               LogFormat format = LogFormat::automatic);
  ~Log();

  void debug(std::string_view event, std::string_view message,
             std::initializer_list<LogField> fields = {});
  void info(std::string_view event, std::string_view message,
            std::initializer_list<LogField> fields = {});
  void warning(std::string_view event, std::string_view message,
               std::initializer_list<LogField> fields = {});
  void error(std::string_view event, std::string_view message,
             std::initializer_list<LogField> fields = {});

  static constexpr int repeat_max = 10;  // lines a second for each event

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waymark
