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

int add(const Arguments& arguments) {
  json::object body{{"id", arguments.operands()[0]}};
  for (const auto& [flag, field] :
       {std::pair<std::string_view, std::string_view>{"--status", "status"},
        {"--cookies", "cookies"},
        {"--fallback-url", "fallback_url"},
        {"--utm", "utm"},
        {"--referrer-policy", "referrer_policy"}}) {
    if (const auto value = arguments.value(flag)) {
      body[field] = *value;
    }
  }
  if (const auto value = arguments.value("--window-days")) {
    body["window_days"] = days_of(*value);
  }
  const auto reply = ApiClient::from(arguments).post("/v1/campaigns", body);
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

}  // namespace

std::vector<CommandSpec> campaign_commands() {
  return {
      {"campaign add",
       "ID",
       1,
       1,
       "Make a campaign",
       {{"--status", "STATUS", "draft, testing, live (default), paused or ended"},
        {"--window-days", "N", "Life of cookie and claim (default 60)"},
        {"--cookies", "POLICY", "always (default), consent or never"},
        {"--fallback-url", "URL", "Where visitors of paused or ended links go"},
        {"--utm", "QUERY", "Merged into every destination: utm_source=referral&utm_medium=link"},
        {"--referrer-policy", "VALUE", "Header of the answers"}},
       {"campaign add camp_spring --window-days 30",
        "campaign add camp_spring --utm 'utm_source=referral' --json"},
       add},
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
