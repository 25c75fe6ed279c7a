#include "loadtest/kit/summary.hpp"

#include "loadtest/kit/figures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::loadtest {
namespace {

std::string seconds_text(double seconds) {
  return duration_text(seconds * 1e9);
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string joined(const std::vector<std::string>& parts) {
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

Outcome outcome_of(const RunResult& result) noexcept {
  if (result.verdict.generator_limited) return Outcome::invalid;
  if (!result.verdict.thresholds_met()) return Outcome::failed;
  return result.verdict.thresholds.empty() ? Outcome::done : Outcome::passed;
}

std::string outcome_text(const RunResult& result) {
  const auto& thresholds = result.verdict.thresholds;
  const auto failed = std::count_if(thresholds.begin(), thresholds.end(),
                                    [](const auto& each) { return !each.passed; });
  switch (outcome_of(result)) {
    case Outcome::invalid:
      return "INVALID: the generator was the limit, the figures say nothing about the server";
    case Outcome::failed:
      return fmt::format("FAILED: {} of {} thresholds not met", failed, thresholds.size());
    case Outcome::passed:
      return thresholds.size() == 1
                 ? "PASSED: the threshold is met"
                 : fmt::format("PASSED: all {} thresholds met", thresholds.size());
    case Outcome::done:
      break;
  }
  return "DONE: no thresholds were given";
}

std::string plan_text(const RunResult& result) {
  const auto length = seconds_text(result.planned_seconds);
  if (result.mode != "open") {
    return fmt::format("closed loop, {} connections for {}", count_text(result.connections),
                       length);
  }
  return fmt::format("open loop, {} for {}", rate_text(result.target_rate), length);
}

std::string achieved_text(const RunResult& result) {
  std::string share;
  if (result.target_rate > 0) {
    share = fmt::format(" ({} of the target)", share_text(result.rate() / result.target_rate));
  }
  const auto unfinished =
      result.unfinished == 0 ? "" : fmt::format(", {} unfinished", count_text(result.unfinished));
  return fmt::format("{}{}: {} of {} requests answered in {}{}", rate_text(result.rate()), share,
                     count_text(result.answered), count_text(result.planned),
                     seconds_text(result.measured_seconds), unfinished);
}

std::string errors_text(const Errors& errors) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : {std::pair{"connect", errors.connect},
                                    {"read", errors.read},
                                    {"write", errors.write},
                                    {"timeout", errors.timeout},
                                    {"protocol", errors.protocol},
                                    {"unexpected status", errors.unexpected_status}}) {
    if (count != 0) parts.push_back(fmt::format("{} {}", name, count_text(count)));
  }
  return joined(parts);
}

std::string statuses_text(const std::map<int, std::uint64_t>& statuses) {
  std::uint64_t all = 0;
  for (const auto& [status, count] : statuses) all += count;
  std::vector<std::string> parts;
  for (const auto& [status, count] : statuses) {
    parts.push_back(
        fmt::format("{}: {} ({})", status, count_text(count), share_text(share_of(count, all))));
  }
  return joined(parts);
}

std::string chaos_text(const ChaosEvent& event) {
  const auto target = event.target.empty() ? "" : " of " + event.target;
  const auto length =
      event.until > event.at ? " for " + seconds_text(event.until - event.at) : std::string{};
  return fmt::format("{}{} at {}{}", event.what, target, seconds_text(event.at), length);
}

std::string generator_text(const RunResult& result) {
  return fmt::format("{} late sends ({}), lateness p99 {}, max {}; CPU {:.2f} us/request",
                     count_text(result.late_sends),
                     share_text(share_of(result.late_sends, result.sent)),
                     duration_text(static_cast<double>(result.lateness.at(0.99))),
                     duration_text(static_cast<double>(result.max_lateness_ns)),
                     result.generator.cpu_us_per_request);
}

std::string connections_text(const RunResult& result) {
  return fmt::format("{} at most, {} opened; threads {}; {} sent, {} received",
                     count_text(result.connections), count_text(result.connections_opened),
                     result.threads, bytes_text(static_cast<double>(result.bytes_sent)),
                     bytes_text(static_cast<double>(result.bytes_received)));
}

std::string server_text(const ServerUsage& server) {
  double cores = 0;
  std::uint64_t rss = 0;
  for (const auto& sample : server.samples) {
    cores = std::max(cores, sample.cpu_cores);
    rss = std::max(rss, sample.rss_bytes);
  }
  return fmt::format("CPU {:.2f} us/request, at most {:.2f} cores and {} resident",
                     server.cpu_us_per_request, cores, bytes_text(static_cast<double>(rss)));
}

std::string not_reconciled_text(const ClickTruth& clicks) {
  if (clicks.not_reconciled == 0) return {};
  return fmt::format("NOT RECONCILED {}: ledger limit", count_text(clicks.not_reconciled));
}

std::string_view found_word(const ClickTruth& clicks) {
  return clicks.source == "stream" ? "in the stream" : "stored";
}

std::string_view row_word(const ClickTruth& clicks) {
  return clicks.source == "stream" ? "event" : "row";
}

std::string clicks_text(const ClickTruth& clicks) {
  auto text =
      fmt::format("{} answered, {} {}: {} missing, {} twice, {} late", count_text(clicks.answered),
                  count_text(clicks.stored), found_word(clicks), count_text(clicks.missing),
                  count_text(clicks.twice), count_text(clicks.late));
  if (clicks.unexpected != 0) {
    text += fmt::format(", {} of other traffic", count_text(clicks.unexpected));
  }
  if (clicks.latency.count() != 0) {
    text += fmt::format("; answer to {} p50 {}, p99 {}, max {}", row_word(clicks),
                        duration_text(static_cast<double>(clicks.latency.at(0.5))),
                        duration_text(static_cast<double>(clicks.latency.at(0.99))),
                        duration_text(static_cast<double>(clicks.latency.max())));
  }
  return text;
}

std::vector<std::string> cautions(const RunResult& result) {
  std::vector<std::string> found;
  std::vector<std::string_view> weak;
  for (const auto& [name, quantile] : percentiles_shown) {
    if (!enough_samples(result.latency.count(), quantile)) weak.push_back(name);
  }
  if (!weak.empty()) {
    found.push_back(fmt::format("Too few samples for {}: fewer than 10 of {} lie beyond.",
                                fmt::join(weak, ", "), count_text(result.latency.count())));
  }
  if (result.measured_seconds < 10) {
    found.emplace_back(
        "The run was shorter than 10 s: caches, pools and clocks are still warming up.");
  }
  if (result.mode == "closed") {
    found.emplace_back(
        "A closed loop asks less while the server is slow: its percentiles flatter.");
  }
  return found;
}

}  // namespace waymark::loadtest
