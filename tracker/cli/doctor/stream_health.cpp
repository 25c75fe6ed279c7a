#include "tracker/cli/doctor/stream_health.hpp"

#include "tracker/cli/api_client.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace waymark::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t capped_told_ms = 24 * 3'600'000;  // a cut is told for so long
constexpr std::uint64_t behind_ms_max = 3'600'000;

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

// Cut to its cap: for the store nothing is lost, for a group of others it is.
void judge_cut(const json::value& shard, std::uint64_t now_ms, Findings& findings) {
  const auto* capped = shard.as_object().if_contains("capped");
  if (capped == nullptr || !capped->is_object()) return;
  const auto at = count_of(*capped, "at");
  if (at + capped_told_ms < now_ms) return;
  const auto group = printable(member(*capped, "behind"));
  findings.push_back(
      {Grade::problem, "stream cut",
       fmt::format("shard {} outgrew stream.max_bytes at {}: {} entries went before group {} had "
                   "them",
                   printable(member(shard, "shard")), utc_text(at), member(*capped, "entries"),
                   group),
       group == "tracker"
           ? "see why the tracker was slow; the edges send again what the store lacks"
           : fmt::format("see why it is slow (waymark stream groups); what it has missed: waymark "
                         "click replay --to STREAM; if it is gone, take {} out of stream.protect",
                         group)});
}

void judge_groups(const json::value& shard, Findings& findings) {
  for (const auto& group : list_of(shard, "groups")) {
    if (member(group, "protected") != "true" || count_of(group, "behind_ms") < behind_ms_max) {
      continue;
    }
    const auto name = printable(member(group, "group"));
    findings.push_back(
        {Grade::warning, "stream group",
         fmt::format("{} is {} minutes behind in shard {} and holds back trimming", name,
                     count_of(group, "behind_ms") / 60'000, printable(member(shard, "shard"))),
         fmt::format("start its consumer, or take {} out of stream.protect", name)});
  }
}

}  // namespace

Findings judge_stream(const json::value& stream, std::uint64_t now_ms) {
  Findings findings;
  const auto bytes_max = count_of(stream, "max_bytes");
  std::uint64_t entries = 0;
  std::uint64_t largest = 0;
  for (const auto& shard : list_of(stream, "shards")) {
    entries += count_of(shard, "entries");
    largest = std::max(largest, count_of(shard, "bytes"));
    judge_cut(shard, now_ms, findings);
    judge_groups(shard, findings);
  }
  const bool full = largest > bytes_max / 2;
  findings.insert(findings.begin(),
                  {full ? Grade::warning : Grade::good, "stream",
                   fmt::format("{} entries; the largest shard takes {:.1f} of {:.0f} MiB", entries,
                               static_cast<double>(largest) / (1 << 20),
                               static_cast<double>(bytes_max) / (1 << 20)),
                   full ? "see which group is behind: waymark stream groups" : ""});
  return findings;
}

}  // namespace waymark::cli
