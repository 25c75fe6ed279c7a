#include "loadtest/kit/html/html_report.hpp"

#include "loadtest/kit/figures.hpp"
#include "loadtest/kit/html/markup.hpp"
#include "loadtest/kit/html/page_template.hpp"
#include "loadtest/kit/html/plots.hpp"
#include "loadtest/kit/summary.hpp"

#include <fmt/format.h>

#include <ctime>

namespace waymark::loadtest {
namespace {

using html::escaped;

std::string when_text(const RunResult& result) {
  const auto seconds = static_cast<std::time_t>(result.started_at_ms / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return fmt::format("{} - {}", text, plan_text(result));
}

std::string_view class_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "passed";
    case Outcome::failed:
      return "failed";
    case Outcome::invalid:
      return "invalid";
    case Outcome::done:
      break;
  }
  return "done";
}

std::string verdict(const RunResult& result) {
  auto text = fmt::format("<div class=\"verdict {}\"><b>{}</b>\n", class_of(outcome_of(result)),
                          escaped(outcome_text(result)));
  for (const auto& reason : result.verdict.reasons) text += "<p>" + escaped(reason) + "</p>\n";
  for (const auto& note : result.verdict.notes) text += "<p>" + escaped(note) + "</p>\n";
  if (!result.verdict.thresholds.empty()) {
    std::vector<std::vector<std::string>> rows{{"threshold", "measured", ""}};
    for (const auto& [expression, value, passed] : result.verdict.thresholds) {
      rows.push_back({expression, value, passed ? "met" : "NOT MET"});
    }
    text += html::table(rows);
  }
  return text + "</div>\n";
}

std::string cards(const RunResult& result) {
  const auto at = [&](double quantile) {
    return duration_text(static_cast<double>(result.latency.at(quantile)));
  };
  std::string text = "<div class=cards>";
  for (const auto& [name, value] :
       {std::pair{"target", result.target_rate > 0 ? rate_text(result.target_rate) : "none"},
        std::pair{"achieved", rate_text(result.rate())}, std::pair{"p50", at(0.5)},
        std::pair{"p99", at(0.99)}, std::pair{"p99.99", at(0.9999)},
        std::pair{"errors", count_text(result.errors.total())}}) {
    text += fmt::format("<div><span>{}</span><b>{}</b></div>", name, escaped(value));
  }
  text += "</div>\n<p>" + escaped(achieved_text(result)) + "</p>\n";
  for (const auto& caution : cautions(result)) {
    text += "<p class=note>" + escaped(caution) + "</p>\n";
  }
  return text;
}

std::string kinds(const RunResult& result) {
  if (result.kinds.size() < 2) return {};
  std::vector<std::vector<std::string>> rows{{"kind", "requests", "p50", "p99", "max", "statuses"}};
  for (const auto& [name, kind] : result.kinds) {
    rows.push_back(
        {name, count_text(kind.requests), duration_text(static_cast<double>(kind.latency.at(0.5))),
         duration_text(static_cast<double>(kind.latency.at(0.99))),
         duration_text(static_cast<double>(kind.latency.max())), statuses_text(kind.statuses)});
  }
  return "<section><h2>Kinds of requests</h2>\n" + html::table(rows) + "</section>\n";
}

std::string facts(const RunResult& result) {
  std::vector<std::vector<std::string>> rows{{"what", "how"}};
  rows.push_back({"URL", result.url});
  rows.push_back({"connections", connections_text(result)});
  rows.push_back({"generator", generator_text(result)});
  rows.push_back({"seed", std::to_string(result.seed)});
  for (const auto& server : result.servers) {
    rows.push_back({server.name, fmt::format("{} (pid {} on {})", server_text(server), server.pid,
                                             server.host)});
  }
  for (const auto& event : result.chaos) rows.push_back({"fault", chaos_text(event)});
  for (const auto& machine : result.machines) {
    rows.push_back({"load from", fmt::format("{}: {}, {} cores, {}", machine.hostname,
                                             machine.cpu_model, machine.cores, machine.kernel)});
    rows.push_back({"command", fmt::format("{}", fmt::join(machine.command_line, " "))});
  }
  rows.push_back({"program", "waymark-loadtest " + result.tool_version});
  return "<section><h2>How it was measured</h2>\n" + html::table(rows, false) + "</section>\n";
}

}  // namespace

std::string html_report(const RunResult& result) {
  const auto body = verdict(result) + cards(result) + html::percentile_section(result) +
                    html::latency_over_time(result) + html::rate_over_time(result) +
                    html::status_section(result) + kinds(result) + html::server_sections(result) +
                    html::click_section(result) + facts(result);
  const auto title = escaped("Load run: " + (result.label.empty() ? result.url : result.label));
  return fmt::format(fmt::runtime(html::page_template), fmt::arg("title", title),
                     fmt::arg("when", escaped(when_text(result))), fmt::arg("body", body));
}

}  // namespace waymark::loadtest
