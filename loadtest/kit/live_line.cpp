#include "loadtest/kit/live_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace waymark::loadtest {
namespace {

double ms(std::uint64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

}  // namespace

std::string live_line(const SecondSeen& seen) {
  const Second& second = seen.second;
  return fmt::format(
      "{:4} s  {}/s (planned {})  {} errors  p50 {:.2f} ms  p99 {:.2f} ms  late {} (max {:.1f} ms)",
      second.at + 1, second.answered, second.due, second.errors, ms(second.p50_ns),
      ms(second.p99_ns), second.late, ms(seen.max_lateness_ns));
}

LiveLine::LiveLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void LiveLine::show(const SecondSeen& seen) const {
  fmt::print(stderr, "{}{}{}", terminal_ ? "\r\x1b[K" : "", live_line(seen), terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void LiveLine::end() const {
  if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace waymark::loadtest
