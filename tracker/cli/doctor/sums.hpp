// Where every click is: what edges report in wm:edges laid beside the figures of the tracker
// (shipping.md, Sums). Pure; doctor_commands.cpp gathers.
#pragma once

#include "tracker/cli/doctor/finding.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::cli {

// One edge process, as it described itself in wm:edges.
struct EdgeReport {
  std::string epoch;
  std::string name, admin, version;
  std::uint64_t seen_ms = 0;                   // when it wrote; unix milliseconds
  std::vector<std::string> key_ids;            // signing key first
  std::map<std::string, std::uint64_t> last;   // last sequence by origin (<epoch>/<thread>)
  std::map<std::string, std::uint64_t> drops;  // clicks dropped, by reason
  bool ended = false;                          // in order: `last` is the last
  std::uint64_t limits_uncounted = 0;          // lookups of links whose max_clicks nobody counts
};

// Fails with nothing when the text is no report.
std::optional<EdgeReport> parse_edge_report(std::string_view epoch, std::string_view text);

// What the tracker knows of one origin.
struct OriginFigure {
  std::uint64_t settled = 0;  // numbers that need no more sending: stored, dead or lost
  std::uint64_t lost = 0;     // the part of `settled` that was lost to damage
  bool ended = false;         // its edge is gone, and another one has shipped all it left
};

struct OriginSum {
  std::string origin;
  std::uint64_t last = 0;
  std::uint64_t committed = 0;
  std::uint64_t owed = 0;
  std::uint64_t lost = 0;
  bool ended = false;
};

struct EdgeSum {
  EdgeReport edge;
  std::vector<OriginSum> origins;
  std::uint64_t owed() const;
  std::uint64_t lost() const;
};

// Figures of origins that no report names are left out: their edges ended and were settled. A
// report is up to a second old, so that a figure may be ahead of it. What an ended origin reported
// and its figure lacks is lost: a power loss took it before it was on the disk.
std::vector<EdgeSum> add_up(const std::vector<EdgeReport>& edges,
                            const std::map<std::string, OriginFigure>& figures);

// Edges that have not been heard of for this long count as ended.
inline constexpr std::uint64_t silence_max_ms = 10'000;

Findings judge_edges(const std::vector<EdgeSum>& edges, std::uint64_t now_ms);

// Whether edge and journal folder may be deleted, and why. The last report of an edge that was
// killed lacks up to a second of clicks: only one that has been shipped to its end is let go. One
// that ended in order has reported its last numbers.
std::string deletion_verdict(const EdgeSum& edge, std::uint64_t now_ms);

// read = stored + duplicate + dead + late.
struct TrackerCounts {
  std::uint64_t read = 0, stored = 0, duplicate = 0, dead = 0, late = 0;
};
Finding judge_tracker(const TrackerCounts& counts);

}  // namespace waymark::cli
