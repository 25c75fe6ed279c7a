#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>

namespace waymark::cli {
namespace {

namespace json = boost::json;

double days_of(std::string_view text) {
  double days = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (error != std::errc{} || end != text.data() + text.size() || !(days > 0 && days <= 3650)) {
    throw StartupError(exit_code::usage,
                       fmt::format("--window-days: '{}' is not a number of days up to 3650", text));
  }
  return days;
}

// An empty value becomes null, which clears.
json::object campaign_members(const Arguments& arguments) {
  json::object members;
  for (const auto& [flag, field] :
       {std::pair<std::string_view, std::string_view>{"--name", "name"},
        {"--status", "status"},
        {"--cookies", "cookies"},
        {"--fallback-url", "fallback_url"},
        {"--utm", "utm"},
        {"--referrer-policy", "referrer_policy"}}) {
    if (const auto value = arguments.value(flag)) {
      members[field] = value->empty() ? json::value{} : json::value(*value);
    }
  }
  if (const auto value = arguments.value("--window-days")) {
    members["window_days"] = value->empty() ? json::value{} : json::value(days_of(*value));
  }
  return members;
}

std::string path_of(const Arguments& arguments) {
  return "/v1/campaigns/" + path_segment(arguments.operands()[0]);
}

int add(const Arguments& arguments) {
  auto members = campaign_members(arguments);
  members["id"] = arguments.operands()[0];
  const auto reply = ApiClient::from(arguments).post("/v1/campaigns", members);
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  const auto id = member(reply.json, "id");
  print_line(id);
  say(fmt::format("Campaign '{}' is {}. Give it a link: waymark link add https://... --campaign {}",
                  id, member(reply.json, "status"), id));
  return exit_code::ok;
}

int show(const Arguments& arguments, const ApiReply& reply) {
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  for (const auto field : {"id", "name", "status", "window_days", "cookies", "fallback_url", "utm",
                           "referrer_policy", "created_at", "updated_at"}) {
    const auto text = member(reply.json, field);
    if (!text.empty()) print_line(fmt::format("{:<16} {}", field, printable(text)));
  }
  return exit_code::ok;
}

int get(const Arguments& arguments) {
  return show(arguments, ApiClient::from(arguments).get(path_of(arguments)));
}

int update(const Arguments& arguments) {
  const auto members = campaign_members(arguments);
  if (members.empty()) {
    throw StartupError(exit_code::usage,
                       "nothing to change: see 'waymark campaign update --help' for what there is");
  }
  return show(arguments, ApiClient::from(arguments).patch(path_of(arguments), members));
}

int list(const Arguments& arguments) {
  Query query{
      {"limit", std::to_string(number_of("--limit", arguments.value_or("--limit", "20"), 1, 100))}};
  if (const auto after = arguments.value("--after")) {
    query.emplace_back("starting_after", *after);
  }
  const auto reply = ApiClient::from(arguments).get("/v1/campaigns", query);
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"ID", "STATUS", "WINDOW_DAYS", "COOKIES", "UTM", "FALLBACK_URL"}};
  for (const auto& campaign : data_of(reply.json)) {
    rows.push_back({member(campaign, "id"), member(campaign, "status"),
                    member(campaign, "window_days"), member(campaign, "cookies"),
                    member(campaign, "utm"), member(campaign, "fallback_url")});
  }
  if (rows.size() == 1) {
    say("No campaigns. Make one: waymark campaign add camp_spring");
    return exit_code::ok;
  }
  print_line(table(rows));
  if (member(reply.json, "has_more") == "true") {
    say(fmt::format("There are more: waymark campaign list --after {}", rows.back().front()));
  }
  return exit_code::ok;
}

std::vector<FlagSpec> field_flags() {
  return {
      {"--name", "TEXT", "What people call it"},
      {"--status", "STATUS", "draft, testing, live (default), paused or ended"},
      {"--window-days", "N", "Life of cookie and claim (default 60)"},
      {"--cookies", "POLICY", "always (default), consent or never"},
      {"--fallback-url", "URL", "Where visitors of paused or ended links go"},
      {"--utm", "QUERY", "Merged into every destination: utm_source=referral&utm_medium=link"},
      {"--referrer-policy", "VALUE", "Header of the answers"}};
}

}  // namespace

std::vector<CommandSpec> campaign_commands() {
  return {
      {"campaign add",
       "ID",
       1,
       1,
       "Make a campaign",
       field_flags(),
       {"campaign add camp_spring --window-days 30",
        "campaign add camp_spring --utm 'utm_source=referral' --json"},
       add},
      {"campaign get", "ID", 1, 1, "Show one campaign", {}, {"campaign get camp_spring"}, get},
      {"campaign update",
       "ID",
       1,
       1,
       "Change a campaign; an empty value ('') takes a setting away",
       field_flags(),
       {"campaign update camp_spring --status paused",
        "campaign update camp_spring --fallback-url https://shop.example/over --utm ''"},
       update},
      {"campaign list",
       "",
       0,
       0,
       "Show campaigns, newest first",
       {{"--limit", "N", "At most so many, up to 100 (default 20)"},
        {"--after", "ID", "Those that come after this one"}},
       {"campaign list", "campaign list --json"},
       list},
  };
}

}  // namespace waymark::cli
