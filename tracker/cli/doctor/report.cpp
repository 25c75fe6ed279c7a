#include "tracker/cli/doctor/report.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace waymark::cli {
namespace {

namespace json = boost::json;

std::string_view word_of(Grade grade) {
  switch (grade) {
    case Grade::good:
      return "ok";
    case Grade::warning:
      return "warning";
    case Grade::problem:
      return "problem";
  }
  return "";
}

Tone tone_of(Grade grade) {
  switch (grade) {
    case Grade::good:
      return Tone::green;
    case Grade::warning:
      return Tone::yellow;
    case Grade::problem:
      return Tone::red;
  }
  return Tone::plain;
}

}  // namespace

std::string report_text(const Findings& findings, const std::vector<EdgeSum>& edges,
                        std::uint64_t now_ms, const Palette& palette) {
  std::string text;
  for (const auto& finding : findings) {
    text += fmt::format(
        "{}  {:<18} {}\n",
        palette.paint(tone_of(finding.grade), fmt::format("{:<7}", word_of(finding.grade))),
        printable(finding.subject), printable(finding.text));
    if (!finding.fix.empty()) {
      text += fmt::format("         {:<18} fix: {}\n", "", finding.fix);
    }
  }
  if (edges.empty()) {
    text.pop_back();
    return text;
  }
  std::vector<std::vector<std::string>> rows{{"ORIGIN", "LAST", "COMMITTED", "OWED", "LOST"}};
  for (const auto& edge : edges) {
    for (const auto& sum : edge.origins) {
      rows.push_back({sum.origin, std::to_string(sum.last), std::to_string(sum.committed),
                      std::to_string(sum.owed), std::to_string(sum.lost)});
    }
  }
  text += fmt::format("\n{}\n", table(rows));
  for (const auto& edge : edges) {
    text += fmt::format("\nMay edge {} and {} in its journal folder be deleted? {}",
                        printable(edge.edge.name), printable(edge.edge.epoch),
                        deletion_verdict(edge, now_ms));
  }
  return text;
}

std::string report_json(const Findings& findings, const std::vector<EdgeSum>& edges,
                        std::uint64_t now_ms) {
  json::array finding_list;
  for (const auto& finding : findings) {
    finding_list.push_back({{"grade", word_of(finding.grade)},
                            {"subject", finding.subject},
                            {"text", finding.text},
                            {"fix", finding.fix}});
  }
  json::array edge_list;
  for (const auto& edge : edges) {
    json::array origins;
    for (const auto& sum : edge.origins) {
      origins.push_back({{"origin", sum.origin},
                         {"last", sum.last},
                         {"committed", sum.committed},
                         {"owed", sum.owed},
                         {"lost", sum.lost}});
    }
    edge_list.push_back({{"epoch", edge.edge.epoch},
                         {"name", edge.edge.name},
                         {"delete", deletion_verdict(edge, now_ms)},
                         {"origins", std::move(origins)}});
  }
  const bool ok = std::ranges::none_of(
      findings, [](const Finding& finding) { return finding.grade == Grade::problem; });
  return json::serialize(json::object{
      {"ok", ok}, {"findings", std::move(finding_list)}, {"edges", std::move(edge_list)}});
}

}  // namespace waymark::cli
