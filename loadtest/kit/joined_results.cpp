#include "loadtest/kit/joined_results.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::loadtest {
namespace {

// Where the clicks were looked for; what `other` says when they were not.
std::string source_of(const RunResult& one, const RunResult& other) {
  const auto& clicks = one.clicks ? one.clicks : other.clicks;
  return clicks ? clicks->source : "";
}

void check_alike(const RunResult& one, const RunResult& two, const std::string& first,
                 const std::string& second) {
  for (const auto& [what, a, b] :
       {std::tuple{"URL", one.url, two.url}, std::tuple{"mode", one.mode, two.mode},
        std::tuple{"--reconcile", source_of(one, two), source_of(two, one)}}) {
    if (a == b) continue;
    throw StartupError(exit_code::usage,
                       fmt::format("{} and {} are not parts of one run: {} '{}' and '{}'; use "
                                   "'waymark-loadtest compare' for different runs",
                                   first, second, what, a, b));
  }
}

void add_new(std::vector<Threshold>& into, std::span<const Threshold> others) {
  for (const auto& other : others) {
    const auto same = [&](const Threshold& each) { return each.expression == other.expression; };
    if (std::none_of(into.begin(), into.end(), same)) into.push_back(other);
  }
}

}  // namespace

RunResult join_results(std::span<const RunResult> parts, std::span<const std::string> files,
                       std::span<const Threshold> wanted) {
  std::vector<Threshold> thresholds;
  for (const auto& part : parts) {
    for (const auto& judged : part.verdict.thresholds) {
      add_new(thresholds, parse_thresholds(judged.expression));
    }
  }
  add_new(thresholds, wanted);
  RunResult joined = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    check_alike(joined, parts[i], files[0], files[i]);
    merge(joined, parts[i]);
  }
  judge(joined, thresholds);
  return joined;
}

}  // namespace waymark::loadtest
