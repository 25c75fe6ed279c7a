#include "loadtest/kit/chaos/chaos_plan.hpp"

#include "common/error.hpp"
#include "common/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::loadtest {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view stall_end = "-stall";
constexpr std::string_view kill_begin = "kill-";

[[noreturn]] void refuse(std::string_view part, std::string_view why) {
  throw StartupError(exit_code::usage, fmt::format("--chaos: '{}': {}", part, why));
}

milliseconds read_time(std::string_view part, std::string_view text) {
  const auto time = parse_duration(text);
  if (!time) refuse(part, fmt::format("'{}' is no time such as 500ms, 10s or 2m", text));
  return *time;
}

ChaosAction parse_action(std::string_view part) {
  const auto at = part.find('@');
  if (at == std::string_view::npos) {
    refuse(part, "expected WHAT@WHEN, such as redis-stall@10s+2s or kill-edge@20s");
  }
  const auto what = part.substr(0, at);
  const auto when = part.substr(at + 1);
  const auto plus = when.find('+');
  const bool lasts = plus != std::string_view::npos;
  ChaosAction action{
      ChaosAction::Kind::kill, std::string{what}, {}, read_time(part, when.substr(0, plus)), {}};
  if (what.starts_with(kill_begin) && what.size() > kill_begin.size()) {
    action.target = what.substr(kill_begin.size());
    if (lasts) refuse(part, "what is killed is started again by its supervisor: leave out the '+'");
    return action;
  }
  if (!what.ends_with(stall_end) || what.size() == stall_end.size()) {
    refuse(part, "expected kill-NAME or NAME-stall, such as kill-edge or redis-stall");
  }
  action.kind = ChaosAction::Kind::stall;
  action.target = what.substr(0, what.size() - stall_end.size());
  if (lasts) action.lasts = read_time(part, when.substr(plus + 1));
  if (action.lasts.count() == 0) refuse(part, "say for how long: redis-stall@10s+2s");
  return action;
}

// A process that is stopped twice would be let go on by whichever ends first.
void refuse_overlap(const std::vector<ChaosAction>& actions) {
  for (std::size_t i = 0; i < actions.size(); ++i) {
    for (std::size_t k = i + 1; k < actions.size(); ++k) {
      if (actions[i].target == actions[k].target &&
          actions[k].at <= actions[i].at + actions[i].lasts) {
        refuse(actions[k].what, fmt::format("falls into {} of the same process", actions[i].what));
      }
    }
  }
}

}  // namespace

std::vector<ChaosAction> parse_chaos(std::string_view text) {
  std::vector<ChaosAction> actions;
  for (bool more = true; more;) {
    const auto comma = text.find(',');
    more = comma != std::string_view::npos;
    actions.push_back(parse_action(text.substr(0, comma)));
    if (actions.size() > limits::chaos_actions_max) {
      refuse(text, fmt::format("more than {} events", limits::chaos_actions_max));
    }
    text.remove_prefix(more ? comma + 1 : text.size());
  }
  std::ranges::stable_sort(actions, {}, &ChaosAction::at);
  refuse_overlap(actions);
  return actions;
}

}  // namespace waymark::loadtest
