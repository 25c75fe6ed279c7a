#include "loadtest/kit/compare.hpp"
#include "loadtest/kit/figures.hpp"

#include <fmt/format.h>

#include <cmath>

namespace waymark::loadtest {
namespace {

using Runs = std::span<const RunResult>;

// "+4.9 %", or "+0.120 pp" (percentage points) for a share.
std::string by_text(const Difference& difference, double by) {
  return difference.relative ? fmt::format("{:+.1f} %", by * 100)
                             : fmt::format("{:+.3f} pp", by * 100);
}

std::string words(const Difference& difference) {
  if (!difference.interval) return "unknown: too few data";
  if (!difference.beyond_noise()) return "within noise";
  const bool more = difference.by > 0;
  const bool good = (difference.metric == "rate") == more;
  return fmt::format("{}: {}", good ? "better" : "WORSE", more ? "more" : "less");
}

std::string row(const Difference& each) {
  std::string interval = "-";
  if (each.interval) {
    interval = fmt::format("{} .. {}", by_text(each, each.interval->low),
                           by_text(each, each.interval->high));
  }
  return fmt::format("{:<14}{:>12}{:>12}{:>11}   {:<24}{}\n", each.metric, each.base, each.changed,
                     by_text(each, each.by), interval, words(each));
}

bool differs(double one, double two) {
  return std::abs(one - two) > 0.01 * std::abs(one);
}

std::string notes(Runs base, Runs changed) {
  const bool single = base.size() == 1;
  std::string text = single
                         ? "Intervals (95 %) from sections of one run each: noise between runs is "
                           "not in them.\n"
                         : fmt::format("Intervals (95 %) by Welch's t over {} and {} runs.\n",
                                       base.size(), changed.size());
  text += "Of twenty rows without any difference, one lies beyond noise by chance.\n";
  for (const auto& caution : cautions(base, changed)) text += "CAUTION: " + caution + "\n";
  return text;
}

}  // namespace

std::vector<std::string> cautions(Runs base, Runs changed) {
  const auto& one = base.front();
  bool limited = false;
  bool other_plan = false;
  for (const auto& runs : {base, changed}) {
    for (const auto& run : runs) {
      limited |= run.verdict.generator_limited;
      other_plan |= run.mode != one.mode || differs(one.target_rate, run.target_rate);
    }
  }
  std::vector<std::string> made;
  if (limited) made.emplace_back("the generator was the limit of at least one run.");
  if (other_plan) {
    made.emplace_back("the runs had other plans (mode or rate); the difference may be theirs.");
  }
  return made;
}

std::string comparison_text(Runs base, Runs changed) {
  const auto differences = compare(base, changed);
  auto text = fmt::format("{:<14}{:>12}{:>12}{:>11}   {:<24}{}\n", "", "base", "new", "difference",
                          "95 % interval", "");
  bool any = false;
  for (const auto& each : differences) {
    text += row(each);
    any |= each.beyond_noise();
  }
  text += any ? "\nThe runs differ beyond noise.\n\n" : "\nNo difference beyond noise.\n\n";
  return text + notes(base, changed);
}

}  // namespace waymark::loadtest
