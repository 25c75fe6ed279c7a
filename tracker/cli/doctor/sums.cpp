#include "tracker/cli/doctor/sums.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace waymark::cli {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::uint64_t number_of(const json::value& value) {
  boost::system::error_code error;
  const auto number = value.to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

std::map<std::string, std::uint64_t> numbers_of(const json::object& object, std::string_view key,
                                                std::string_view prefix) {
  std::map<std::string, std::uint64_t> numbers;
  const auto* value = object.if_contains(key);
  if (value != nullptr && value->is_object()) {
    for (const auto& [name, number] : value->get_object()) {
      numbers[std::string{prefix}.append(name)] = number_of(number);
    }
  }
  return numbers;
}

bool silent(const EdgeReport& edge, std::uint64_t now_ms) {
  return edge.seen_ms + silence_max_ms < now_ms;
}

std::string label(const EdgeReport& edge) {
  return fmt::format("edge {} ({})", edge.name, edge.epoch);
}

Finding judge_one(const EdgeSum& sum, std::uint64_t now_ms) {
  const auto& edge = sum.edge;
  const auto drops = std::accumulate(edge.drops.begin(), edge.drops.end(), std::uint64_t{0},
                                     [](auto total, const auto& d) { return total + d.second; });
  if (silent(edge, now_ms) && sum.owed() > 0) {
    return {Grade::problem, label(edge),
            fmt::format("silent for {} s and {} clicks of its journal are not stored",
                        (now_ms - edge.seen_ms) / 1000, sum.owed()),
            "start an edge with the same --journal folder: it adopts what is left there"};
  }
  if (drops > 0) {
    return {Grade::problem, label(edge), fmt::format("dropped {} clicks", drops),
            "make room for its journal (journal.max_bytes, disk); see waymark_* metrics of its "
            "admin page"};
  }
  if (sum.lost() > 0) {
    return {Grade::warning, label(edge),
            fmt::format("{} of its clicks were lost with damaged or unwritten journal records",
                        sum.lost()),
            "look at its disk, and for \"journal.lost\" in the log; journal.sync bounds what a "
            "power loss takes"};
  }
  if (edge.limits_uncounted > 0 && !silent(edge, now_ms)) {
    return {Grade::warning, label(edge),
            "serves links with max_clicks that were not made at a tracker: nobody counts them",
            "make them there (waymark link import), or set `full 1` on them yourself; "
            "\"link.limit\" in its log names them"};
  }
  return {Grade::good,
          label(edge),
          silent(edge, now_ms) ? "ended; everything that it reported is stored"
                               : fmt::format("running, {} clicks on their way", sum.owed()),
          {}};
}

// One finding for a thing that should be the same at every running edge.
template <class Get>
Finding judge_same(std::string subject, std::string fix, const std::vector<EdgeSum>& edges,
                   std::uint64_t now_ms, Get get) {
  std::set<std::string> values;
  for (const auto& sum : edges) {
    if (!silent(sum.edge, now_ms)) {
      values.insert(get(sum.edge));
    }
  }
  if (values.size() <= 1) {
    return {Grade::good, std::move(subject), values.empty() ? "no edge runs" : *values.begin(), {}};
  }
  return {Grade::problem, std::move(subject), fmt::format("differ: {}", fmt::join(values, " / ")),
          std::move(fix)};
}

}  // namespace

std::optional<EdgeReport> parse_edge_report(std::string_view epoch, std::string_view text) {
  boost::system::error_code error;
  const auto document = json::parse(text, error);
  if (error || !document.is_object()) {
    return std::nullopt;
  }
  const auto& object = document.get_object();
  EdgeReport edge;
  edge.epoch = epoch;
  edge.name = text_of(object, "name");
  edge.admin = text_of(object, "admin");
  edge.version = text_of(object, "version");
  if (const auto* seen = object.if_contains("ts"); seen != nullptr) {
    edge.seen_ms = number_of(*seen);
  }
  if (const auto* keys = object.if_contains("keys"); keys != nullptr && keys->is_array()) {
    for (const auto& key : keys->get_array()) {
      edge.key_ids.emplace_back(key.is_string() ? std::string_view{key.get_string()} : "?");
    }
  }
  edge.last = numbers_of(object, "last", fmt::format("{}/", epoch));
  edge.drops = numbers_of(object, "drops", "");
  if (const auto* uncounted = object.if_contains("limits_uncounted"); uncounted != nullptr) {
    edge.limits_uncounted = number_of(*uncounted);
  }
  if (const auto* ended = object.if_contains("ended"); ended != nullptr && ended->is_bool()) {
    edge.ended = ended->get_bool();
  }
  return edge;
}

std::uint64_t EdgeSum::owed() const {
  return std::accumulate(origins.begin(), origins.end(), std::uint64_t{0},
                         [](auto total, const auto& sum) { return total + sum.owed; });
}

std::uint64_t EdgeSum::lost() const {
  return std::accumulate(origins.begin(), origins.end(), std::uint64_t{0},
                         [](auto total, const auto& sum) { return total + sum.lost; });
}

std::vector<EdgeSum> add_up(const std::vector<EdgeReport>& edges,
                            const std::map<std::string, OriginFigure>& figures) {
  std::vector<EdgeSum> sums;
  for (const auto& edge : edges) {
    EdgeSum sum{edge, {}};
    for (const auto& [origin, last] : edge.last) {
      const auto found = figures.find(origin);
      const auto figure = found == figures.end() ? OriginFigure{} : found->second;
      const auto known = std::max(last, figure.settled);
      // What an edge had reported and nobody could ship in the end was not on the disk.
      const auto open = known - figure.settled;
      sum.origins.push_back({origin, known, figure.settled - figure.lost, figure.ended ? 0 : open,
                             figure.lost + (figure.ended ? open : 0), figure.ended});
    }
    sums.push_back(std::move(sum));
  }
  return sums;
}

Findings judge_edges(const std::vector<EdgeSum>& edges, std::uint64_t now_ms) {
  if (edges.empty()) {
    return {{Grade::warning, "edges", "none has reported to this Redis",
             "start one: waymark-redirect --redis URL --journal DIR --keys FILE"}};
  }
  Findings findings;
  for (const auto& sum : edges) {
    findings.push_back(judge_one(sum, now_ms));
  }
  findings.push_back(judge_same(
      "signing keys", "append the new key everywhere first, then move it to the front (SIGHUP)",
      edges, now_ms,
      [](const EdgeReport& e) { return fmt::format("{}", fmt::join(e.key_ids, " ")); }));
  findings.push_back(judge_same("edge versions", "finish the roll-out: restart the older edges",
                                edges, now_ms, [](const EdgeReport& e) { return e.version; }));
  return findings;
}

std::string deletion_verdict(const EdgeSum& edge, std::uint64_t now_ms) {
  if (!edge.edge.ended && !silent(edge.edge, now_ms)) {
    return "no: it is running";
  }
  if (edge.owed() > 0) {
    return fmt::format(
        "no: {} clicks in its journal are not stored; start an edge on its --journal "
        "folder, which ships them",
        edge.owed());
  }
  if (!edge.edge.ended && !std::ranges::all_of(edge.origins, &OriginSum::ended)) {
    return "not yet: start an edge on its --journal folder once, which ships what may be left";
  }
  return "yes: everything it journalled is stored";
}

Finding judge_tracker(const TrackerCounts& counts) {
  const auto text =
      fmt::format("read {} = stored {} + duplicate {} + dead {} + late {}", counts.read,
                  counts.stored, counts.duplicate, counts.dead, counts.late);
  if (counts.read != counts.stored + counts.duplicate + counts.dead + counts.late) {
    return {Grade::problem, "tracker sums", text + " does not add up",
            "keep the store and the log, and report this"};
  }
  if (counts.dead > 0) {
    return {Grade::warning, "tracker sums", text,
            "look at the dead letters: waymark stream dead list"};
  }
  return {Grade::good, "tracker sums", text, {}};
}

}  // namespace waymark::cli
