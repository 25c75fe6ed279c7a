#include "tracker/cli/doctor/key_health.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>

namespace waymark::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view subject = "tracker's keys";

struct MissingKeys {
  std::set<std::string> signing, others;
};

MissingKeys missing_in(const json::array& held, const std::vector<EdgeSum>& edges,
                       std::uint64_t now_ms) {
  MissingKeys missing;
  for (const EdgeSum& sum : edges) {
    if (sum.edge.seen_ms + silence_max_ms < now_ms) continue;
    for (const std::string& id : sum.edge.key_ids) {
      if (std::ranges::find(held, json::value(id)) != held.end()) continue;
      (id == sum.edge.key_ids.front() ? missing.signing : missing.others).insert(id);
    }
  }
  return missing;
}

}  // namespace

Finding judge_tracker_keys(const json::value& tracker_keys, const std::vector<EdgeSum>& edges,
                           std::uint64_t now_ms) {
  if (!tracker_keys.is_array()) {
    return {Grade::warning, std::string{subject}, "none: it cannot tell whom a sign-up is credited",
            "give it the edges' file with --keys"};
  }
  const auto [signing, others] = missing_in(tracker_keys.get_array(), edges, now_ms);
  const std::string fix = "copy the edges' keys file to the tracker's --keys and send it SIGHUP";
  if (!signing.empty()) {
    return {Grade::problem, std::string{subject},
            fmt::format("lack {}, which edges sign with: such clicks credit nobody",
                        fmt::join(signing, " ")),
            fix};
  }
  if (!others.empty()) {
    return {Grade::warning, std::string{subject},
            fmt::format("lack {}, which edges still take", fmt::join(others, " ")), fix};
  }
  return {Grade::good, std::string{subject}, "read what the edges sign", {}};
}

}  // namespace waymark::cli
