// stream info, groups, forget: the click stream as GET /v1/stream shows it.
#include "common/error.hpp"
#include "common/ranges.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/doctor/sums.hpp"
#include "tracker/cli/stream/stream_parts.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace waymark::cli {
namespace {

namespace json = boost::json;

const json::array& list_of(const json::value& object, std::string_view key) {
  static const json::array nothing;
  const auto* members = object.if_object();
  const auto* list = members != nullptr ? members->if_contains(key) : nullptr;
  return list != nullptr && list->is_array() ? list->get_array() : nothing;
}

std::uint64_t count_of(const json::value& object, std::string_view key) {
  const auto text = member(object, key);
  return text.empty() ? 0 : std::stoull(text);
}

std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}

std::string seconds_text(const std::string& ms) {
  return ms.empty() ? "-" : fmt::format("{:.1f} s", std::stod(ms) / 1'000);
}

std::string mib_text(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1ULL << 20U));
}

// What edges still owe, as the doctor counts it.
std::vector<EdgeSum> sums_of(const json::value& info, const json::value& status) {
  std::vector<EdgeReport> reports;
  const auto* edges = info.as_object().if_contains("edges");
  if (edges != nullptr && edges->is_object()) {
    for (const auto& [epoch, report] : edges->get_object()) {
      if (auto edge = parse_edge_report(epoch, json::serialize(report))) {
        reports.push_back(std::move(*edge));
      }
    }
  }
  std::map<std::string, OriginFigure> figures;
  for (const auto& origin : list_of(status, "origins")) {
    const auto lost = count_of(origin, "lost");
    figures[member(origin, "origin")] = {.settled = count_of(origin, "committed") + lost,
                                         .lost = lost,
                                         .ended = member(origin, "ended") == "true"};
  }
  return add_up(reports, figures);
}

int info(const Arguments& arguments) {
  const auto api = ApiClient::from(arguments);
  const auto stream = api.get("/v1/stream");
  if (arguments.has("--json")) {
    print_line(stream.text);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{{"SHARD", "ENTRIES", "SIZE", "GROUPS", "LAST ENTRY"}};
  for (const auto& shard : list_of(stream.json, "shards")) {
    rows.push_back(
        {member(shard, "shard"), member(shard, "entries"), mib_text(count_of(shard, "bytes")),
         std::to_string(list_of(shard, "groups").size()), or_dash(member(shard, "last"))});
  }
  print_line(table(rows));
  print_line(fmt::format("\nAt most {} a shard (stream.max_bytes)",
                         mib_text(count_of(stream.json, "max_bytes"))));
  const auto edges = sums_of(stream.json, api.get("/v1/status").json);
  for (const auto& edge : edges) {
    print_line(fmt::format("Edge {} ({}) owes {} clicks, {} are lost", printable(edge.edge.name),
                           printable(edge.edge.epoch), edge.owed(), edge.lost()));
  }
  if (edges.empty()) print_line("No edge has reported to this Redis");
  return exit_code::ok;
}

int groups(const Arguments& arguments) {
  const auto stream = ApiClient::from(arguments).get("/v1/stream");
  if (arguments.has("--json")) {
    print_line(stream.text);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"SHARD", "GROUP", "PROTECTED", "CONSUMERS", "PENDING", "LAG", "BEHIND", "IDLE"}};
  for (const auto& shard : list_of(stream.json, "shards")) {
    for (const auto& group : list_of(shard, "groups")) {
      rows.push_back({member(shard, "shard"), member(group, "group"),
                      member(group, "protected") == "true" ? "yes" : "no",
                      member(group, "consumers"), member(group, "pending"),
                      or_dash(member(group, "lag")), seconds_text(member(group, "behind_ms")),
                      seconds_text(member(group, "idle_ms"))});
    }
  }
  print_line(table(rows));
  return exit_code::ok;
}

int forget(const Arguments& arguments) {
  const auto& group = arguments.operands()[0];
  if (!arguments.has("--yes")) {
    throw CommandFailure(
        exit_code::usage,
        fmt::format("this forgets where group {} stands and what it holds pending, in every shard; "
                    "if that is meant: waymark stream forget {} --yes",
                    printable(group), printable(group)));
  }
  const auto reply = ApiClient::from(arguments).remove("/v1/stream/groups/" + path_segment(group));
  print_line(arguments.has("--json") ? reply.text
                                     : fmt::format("Group {} is forgotten in {} shards",
                                                   printable(group), member(reply.json, "shards")));
  return exit_code::ok;
}

}  // namespace

std::vector<CommandSpec> stream_state_commands() {
  return {
      {"stream info",
       "",
       0,
       0,
       "Show the click stream: shards, sizes, and what edges owe",
       {},
       {"stream info", "stream info --json"},
       info},
      {"stream groups",
       "",
       0,
       0,
       "Show who reads the click stream, and how far behind each is",
       {},
       {"stream groups"},
       groups,
       "LAG is in entries (Redis 7); BEHIND is the age of what the group was handed last, where "
       "there "
       "is\nmore. Groups of stream.protect hold back trimming."},
      {"stream forget",
       "GROUP",
       1,
       1,
       "Remove a group that nobody reads with any more",
       {{"--yes", "", "It is meant"}},
       {"stream forget billing --yes"},
       forget},
  };
}

}  // namespace waymark::cli
