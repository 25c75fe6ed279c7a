#include "loadtest/kit/rate_plan.hpp"

#include "common/error.hpp"
#include "loadtest/kit/amount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark::loadtest {
namespace {

constexpr std::size_t stages_max = 1'000;

Stage parse_stage(std::string_view what, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    throw StartupError(exit_code::usage, fmt::format("{}: '{}' is no stage: write DURATION:RATE or "
                                                     "DURATION:FROM..TO, such as 30s:1k..20k",
                                                     what, text));
  }
  Stage stage;
  stage.seconds =
      std::chrono::duration<double>(parse_duration(what, text.substr(0, colon))).count();
  const std::string_view rates = text.substr(colon + 1);
  const std::size_t dots = rates.find("..");
  stage.from = parse_rate(what, rates.substr(0, dots));
  stage.to = dots == std::string_view::npos ? stage.from : parse_rate(what, rates.substr(dots + 2));
  return stage;
}

}  // namespace

std::vector<Stage> parse_stages(std::string_view what, std::string_view text) {
  std::vector<Stage> stages;
  for (;;) {
    const std::size_t comma = text.find(',');
    stages.push_back(parse_stage(what, text.substr(0, comma)));
    if (stages.size() > stages_max) {
      throw StartupError(exit_code::usage,
                         fmt::format("{}: more than {} stages", what, stages_max));
    }
    if (comma == std::string_view::npos) return stages;
    text.remove_prefix(comma + 1);
  }
}

RatePlan::RatePlan(std::vector<Stage> stages) : stages_(std::move(stages)) {
  Start start;
  for (const Stage& stage : stages_) {
    starts_.push_back(start);
    start.seconds += stage.seconds;
    start.requests += stage.seconds * (stage.from + stage.to) / 2;
  }
  starts_.push_back(start);
}

std::size_t RatePlan::stage_at(double seconds) const {
  const auto after =
      std::upper_bound(starts_.begin() + 1, starts_.end() - 1, seconds,
                       [](double moment, const Start& start) { return moment < start.seconds; });
  return static_cast<std::size_t>(after - starts_.begin()) - 1;
}

double RatePlan::rate_at(double seconds) const {
  if (seconds < 0 || seconds >= this->seconds()) return 0;
  const std::size_t at = stage_at(seconds);
  const Stage& stage = stages_[at];
  return stage.from + (stage.to - stage.from) * (seconds - starts_[at].seconds) / stage.seconds;
}

double RatePlan::due_by(double seconds) const {
  if (seconds >= this->seconds()) return requests();
  if (seconds <= 0) return 0;
  const std::size_t at = stage_at(seconds);
  const double into = seconds - starts_[at].seconds;
  return starts_[at].requests + into * (stages_[at].from + rate_at(seconds)) / 2;
}

}  // namespace waymark::loadtest
