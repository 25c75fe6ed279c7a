#include "common/error.hpp"
#include "common/ranges.hpp"
#include "common/redis/keys.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/doctor/backlog.hpp"
#include "tracker/cli/doctor/cluster_health.hpp"
#include "tracker/cli/doctor/key_health.hpp"
#include "tracker/cli/doctor/machine_health.hpp"
#include "tracker/cli/doctor/redis_health.hpp"
#include "tracker/cli/doctor/report.hpp"
#include "tracker/cli/doctor/stream_health.hpp"
#include "tracker/cli/doctor/sums.hpp"
#include "tracker/cli/doctor/tracker_health.hpp"
#include "tracker/cli/redis_flags.hpp"
#include "tracker/cli/redis_query.hpp"
#include "tracker/cli/state_folder.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace waymark::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto backlog_watch = 3s;  // between two looks; edges report once a second

std::uint64_t now_ms() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

std::vector<EdgeReport> read_edges(RedisQuery& redis) {
  std::vector<EdgeReport> edges;
  for (const auto& [epoch, text] : redis.hash(redis_keys::edges)) {
    if (auto edge = parse_edge_report(epoch, text)) {
      edges.push_back(std::move(*edge));
    }
  }
  return edges;
}

std::uint64_t count_of(const json::value& object, std::string_view key) {
  const auto text = member(object, key);
  return text.empty() ? 0 : static_cast<std::uint64_t>(std::stoull(text));
}

const json::value& part_of(const json::value& object, std::string_view key) {
  static const json::value nothing;
  const auto* members = object.if_object();
  const auto* part = members != nullptr ? members->if_contains(key) : nullptr;
  return part != nullptr ? *part : nothing;
}

std::map<std::string, OriginFigure> read_figures(RedisQuery& redis, const json::value& status) {
  std::map<std::string, OriginFigure> figures;
  for (const auto& [field, text] : redis.hash(redis_keys::committed)) {
    if (const auto figure = parse_figure(text); figure && field.find('/') != std::string::npos) {
      figures[field].settled = figure->committed.count();
    }
  }
  const auto& origins = part_of(status, "origins");
  if (origins.is_array()) {
    for (const auto& origin : origins.get_array()) {
      auto& figure = figures[member(origin, "origin")];
      figure.lost = count_of(origin, "lost");
      // What is published covers both, but may be older, forgotten or withdrawn.
      figure.settled = std::max(figure.settled, count_of(origin, "committed") + figure.lost);
      figure.ended = member(origin, "ended") == "true";
    }
  }
  return figures;
}

// The tracker's own view; null when its API does not answer, which is a finding of its own.
json::value ask_tracker(const Arguments& arguments, Findings& findings) {
  try {
    const auto api = ApiClient::from(arguments);
    auto status = api.get("/v1/status").json;
    findings.push_back({Grade::good, "tracker", fmt::format("answers at {}", api.url()), {}});
    const auto& clicks = part_of(status, "clicks");
    findings.push_back(judge_tracker({count_of(clicks, "read"), count_of(clicks, "stored"),
                                      count_of(clicks, "duplicate"), count_of(clicks, "dead"),
                                      count_of(clicks, "late")}));
    const auto trackers = judge_trackers(parse_trackers(part_of(status, "trackers")));
    findings.insert(findings.end(), trackers.begin(), trackers.end());
    const auto stream = judge_stream(api.get("/v1/stream").json, now_ms());
    findings.insert(findings.end(), stream.begin(), stream.end());
    return status;
  } catch (const StartupError& error) {
    findings.push_back({Grade::problem, "tracker", error.what(),
                        "start it, or name it with --api and --api-key-file"});
    return nullptr;
  }
}

// With many clicks on their way the sums are taken once more, to see how fast they go.
std::vector<EdgeSum> watch_backlog(RedisQuery& redis, const Arguments& arguments,
                                   std::vector<EdgeSum> sums, Findings& findings) {
  const auto before = read_backlog(sums, now_ms());
  auto after = before;
  std::uint64_t in_streams = 0;
  if (before.owed >= backlog_min) {
    std::this_thread::sleep_for(backlog_watch);
    Findings again;
    sums = add_up(read_edges(redis), read_figures(redis, ask_tracker(arguments, again)));
    after = read_backlog(sums, now_ms());
    in_streams = estimate_in_streams(redis);
  }
  findings.push_back(judge_backlog(before, after, in_streams));
  return sums;
}

// Of a server of links alone: what it loses the tracker puts back, where it is their origin.
Finding of_links(Finding finding) {
  const bool may_lose =
      finding.subject == "redis eviction" || finding.subject == "redis persistence";
  if (may_lose && finding.grade != Grade::good) {
    finding.grade = Grade::warning;
    finding.fix = "none where links.origin is tracker, which puts links back; else " + finding.fix;
  }
  finding.subject = "links: " + finding.subject;
  return finding;
}

void check_links_server(const Arguments& arguments, Findings& findings) {
  const auto text = arguments.value_or("--redis-links", "");
  if (text.empty()) return;
  const auto url = redis_url(arguments, "--redis-links", text);
  RedisQuery redis{url};
  redis.must_connect(3'000ms);
  for (const Finding& finding : check_redis(redis, url)) findings.push_back(of_links(finding));
}

int doctor(const Arguments& arguments) {
  const auto folder = StateFolder::from_environment();
  const auto running = read_running(folder);
  const auto url = redis_url(arguments);
  RedisQuery redis{url};
  redis.must_connect(3'000ms);

  auto findings = check_redis(redis, url);
  check_links_server(arguments, findings);
  const auto machine = check_machine(
      arguments.value_or("--journal", running ? folder.journal().string() : std::string{}));
  findings.insert(findings.end(), machine.begin(), machine.end());
  const auto status = ask_tracker(arguments, findings);
  const auto sums = watch_backlog(redis, arguments,
                                  add_up(read_edges(redis), read_figures(redis, status)), findings);
  const auto now = now_ms();
  const auto edges = judge_edges(sums, now);
  findings.insert(findings.end(), edges.begin(), edges.end());
  if (status.is_object() && status.get_object().contains("keys")) {
    findings.push_back(judge_tracker_keys(status.at("keys"), sums, now));
  }

  print_line(arguments.has("--json")
                 ? report_json(findings, sums, now)
                 : report_text(findings, sums, now, Palette{1, !arguments.has("--no-color")}));
  const auto problem = [](const Finding& finding) { return finding.grade == Grade::problem; };
  return std::ranges::any_of(findings, problem) ? exit_code::failure : exit_code::ok;
}

}  // namespace

std::vector<CommandSpec> doctor_commands() {
  return {{"doctor",
           "",
           0,
           0,
           "Look at everything, say what is wrong and how to mend it",
           redis_flags("Redis to look at (default: of a running `up`, else :6379)",
                       {{"--redis-links", "URL", "Redis of links, where --redis has clicks alone"},
                        {"--journal", "DIR", "Journal folder of an edge on this machine"}}),
           {"doctor", "doctor --redis redis://10.0.0.5:6379 --journal /var/lib/waymark/journal",
            "doctor --redis redis://10.0.0.5:6379 --redis-links redis://10.0.0.6:6379",
            "doctor --json"},
           doctor}};
}

}  // namespace waymark::cli
