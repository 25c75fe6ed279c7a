#include "tracker/cli/link_notes.hpp"

#include "common/error.hpp"
#include "tracker/cli/terminal.hpp"

#include <fmt/format.h>

#include <string_view>

namespace waymark::cli {
namespace {

bool is_missing(const ApiClient& api, const std::string& path) {
  try {
    api.get(path);
    return false;
  } catch (const CommandFailure& failure) {
    return failure.exit_code() == exit_code::not_found;  // others say nothing of the record
  }
}

// To the second: RFC 3339 in UTC, as the API writes it, sorts as text.
bool is_over(const boost::json::value& link) {
  constexpr std::size_t seconds_bytes = std::string_view{"2026-01-31T12:00:00"}.size();
  const auto end = member(link, "expires_at");
  return !end.empty() &&
         end.substr(0, seconds_bytes) <= member(link, "updated_at").substr(0, seconds_bytes);
}

}  // namespace

void say_notes(const ApiClient& api, const boost::json::value& link) {
  say_campaign_note(api, member(link, "campaign"));
  const auto host = member(link, "host");
  if (host != "*" && is_missing(api, "/v1/domains/" + path_segment(host))) {
    say(
        fmt::format("Note: '{0}' is no domain here; edges with hosts.unknown=refuse serve "
                    "it only as the host of links.base_url. Make it one: waymark domain add {0}",
                    host));
  }
  if (is_over(link)) {
    say(fmt::format("Note: it expired already, at {}: visitors do not get to its destination.",
                    member(link, "expires_at")));
  }
}

void say_campaign_note(const ApiClient& api, const std::string& campaign) {
  if (campaign.empty() || !is_missing(api, "/v1/campaigns/" + path_segment(campaign))) return;
  say(
      fmt::format("Note: campaign '{0}' has no record; the defaults hold for it. Make one: waymark "
                  "campaign add {0}",
                  campaign));
}

}  // namespace waymark::cli
