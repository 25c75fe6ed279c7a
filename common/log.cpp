#include "common/log.hpp"

#include "common/click_line.hpp"
#include "common/log_repeat.hpp"

#include <fmt/chrono.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <iterator>
#include <mutex>
#include <utility>

namespace waymark {
namespace {

using std::chrono::system_clock;

constexpr std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

std::string timestamp(system_clock::time_point now) {
  const auto micros = std::chrono::floor<std::chrono::microseconds>(now.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(micros);
  const std::time_t unix_seconds = seconds.count();
  std::tm utc{};
  gmtime_r(&unix_seconds, &utc);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", utc, (micros - seconds).count());
}

struct Entry {
  LogLevel level;
  std::string_view component, event, message;
  std::initializer_list<LogField> fields;
  std::uint64_t left_out;
};

std::string json_line(const Entry& entry) {
  std::string line;
  line += fmt::format(R"({{"ts":"{}","level":"{}","event":"{}","msg":"{}","component":"{}")",
                      timestamp(system_clock::now()), name_of(entry.level), entry.event,
                      json_escaped(entry.message), entry.component);
  for (const LogField& field : entry.fields) {
    if (field.quoted) {
      line += fmt::format(R"(,"{}":"{}")", field.key, json_escaped(field.value));
    } else {
      line += fmt::format(R"(,"{}":{})", field.key, field.value);
    }
  }
  if (entry.left_out > 0) line += fmt::format(R"(,"left_out":{})", entry.left_out);
  return line.append("}\n");
}

std::string text_line(const Entry& entry) {
  std::string line;
  line += fmt::format("{} {:<7} {}: {}", timestamp(system_clock::now()), name_of(entry.level),
                      entry.event, json_escaped(entry.message));
  for (const LogField& field : entry.fields) {
    if (field.quoted) {
      line += fmt::format(R"( {}="{}")", field.key, json_escaped(field.value));
    } else {
      line += fmt::format(" {}={}", field.key, field.value);
    }
  }
  if (entry.left_out > 0) line += fmt::format(" left_out={}", entry.left_out);
  return line.append("\n");
}

// Gives up on errors: there is no better place to report that standard error is gone.
void write_all(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::int64_t steady_second() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(now).count();
}

}  // namespace

class Log::Impl {
 public:
  Impl(std::string component, LogLevel level, LogFormat format)
      : component_(std::move(component)),
        level_(level),
        json_(format == LogFormat::json ||
              (format == LogFormat::automatic && ::isatty(STDERR_FILENO) == 0)) {}

  void write(LogLevel level, std::string_view event, std::string_view message,
             std::initializer_list<LogField> fields) {
    if (level < level_) return;
    const std::lock_guard lock{mutex_};
    const auto verdict = repeat_.step(event, steady_second());
    if (!verdict.write) return;
    const Entry entry{level, component_, event, message, fields, verdict.left_out};
    write_all(json_ ? json_line(entry) : text_line(entry));
  }

 private:
  const std::string component_;
  const LogLevel level_;
  const bool json_;
  std::mutex mutex_;
  LogRepeat repeat_{Log::repeat_max};
};

Log::Log(std::string component, LogLevel level, LogFormat format)
    : impl_(std::make_unique<Impl>(std::move(component), level, format)) {}
Log::~Log() = default;

void Log::debug(std::string_view event, std::string_view message,
                std::initializer_list<LogField> fields) {
  impl_->write(LogLevel::debug, event, message, fields);
}
void Log::info(std::string_view event, std::string_view message,
               std::initializer_list<LogField> fields) {
  impl_->write(LogLevel::info, event, message, fields);
}
void Log::warning(std::string_view event, std::string_view message,
                  std::initializer_list<LogField> fields) {
  impl_->write(LogLevel::warning, event, message, fields);
}
void Log::error(std::string_view event, std::string_view message,
                std::initializer_list<LogField> fields) {
  impl_->write(LogLevel::error, event, message, fields);
}

}  // namespace waymark
