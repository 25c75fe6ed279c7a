#include "tracker/api/times.hpp"

#include "common/limits.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace waymark::tracker {
namespace {

using namespace std::chrono;

std::string format(sys_seconds at, std::string_view fraction) {
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     fraction);
}

// Takes pieces off the front of a text; after the first misfit every take fails.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count, int max) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (value > max) ok_ = false;
    return value;
  }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  void need(std::string_view any_of) { ok_ = take(any_of) && ok_; }
  // Milliseconds of a fraction of any length.
  int fraction() {
    int value = 0;
    int weight = 100;
    bool any = false;
    while (take("0123456789")) {
      value += (taken_ - '0') * weight;
      weight /= 10;
      any = true;
    }
    if (!any) ok_ = false;
    return value;
  }
  // "T10:00:00.5+02:00", since midnight in UTC.
  milliseconds time_of_day() {
    need("Tt ");
    const hours hour{digits(2, 23)};
    need(":");
    const minutes minute{digits(2, 59)};
    need(":");
    const seconds second{digits(2, 60)};  // a leap second counts as the next one
    const milliseconds milli{take(".") ? fraction() : 0};
    minutes offset{0};
    need("Zz+-");
    if (const char sign = taken_; sign == '+' || sign == '-') {
      const hours hours_off{digits(2, 23)};
      need(":");
      offset = hours_off + minutes{digits(2, 59)};
      if (sign == '-') offset = -offset;
    }
    return hour + minute + second + milli - offset;
  }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  char taken_ = '\0';
  bool ok_ = true;
};

}  // namespace

std::string rfc3339(std::int64_t unix_seconds) {
  return format(sys_seconds{seconds{unix_seconds}}, "");
}

std::string rfc3339_ms(std::uint64_t unix_ms) {
  return format(sys_seconds{seconds{static_cast<std::int64_t>(unix_ms / 1000)}},
                fmt::format(".{:03}", unix_ms % 1000));
}

std::optional<std::uint64_t> parse_time_ms(std::string_view text) {
  std::uint64_t plain = 0;
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, plain);
      read.ec == std::errc{} && read.ptr == end) {
    return plain <= limits::unix_seconds_max ? std::optional{plain * 1000} : std::nullopt;
  }

  Reader reader{text};
  const int y = reader.digits(4, 9999);
  reader.need("-");
  const int m = reader.digits(2, 12);
  reader.need("-");
  const int d = reader.digits(2, 31);
  const milliseconds since_midnight = reader.done() ? milliseconds{} : reader.time_of_day();
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (!reader.done() || !date.ok()) return std::nullopt;
  const auto since = (sys_days{date} + since_midnight).time_since_epoch().count();
  if (since < 0) return std::nullopt;
  return static_cast<std::uint64_t>(since);
}

}  // namespace waymark::tracker
