// Domains: hosts that short links live on, and what the edge does there besides links.
#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

// An empty value becomes null, which clears.
json::object domain_members(const Arguments& arguments) {
  json::object members;
  for (const auto& [flag, field] :
       {std::pair<std::string_view, std::string_view>{"--cookie-domain", "cookie_domain"},
        {"--root-url", "root_url"},
        {"--fallback-url", "fallback_url"}}) {
    if (const auto value = arguments.value(flag)) {
      members[field] = value->empty() ? json::value{} : json::value(*value);
    }
  }
  if (const auto file = arguments.value("--robots")) {
    members["robots"] =
        file->empty() ? json::value{} : json::value(text_of_file("--robots", *file));
  }
  return members;
}

int show(const Arguments& arguments, const ApiReply& reply) {
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  for (const auto field : {"host", "cookie_domain", "root_url", "fallback_url"}) {
    const auto text = member(reply.json, field);
    if (!text.empty()) {
      print_line(fmt::format("{:<14} {}", field, printable(text)));
    }
  }
  const auto robots = member(reply.json, "robots");
  for (std::size_t begin = 0; begin < robots.size();) {
    const auto end = std::min(robots.find('\n', begin), robots.size());
    print_line(fmt::format("{:<14} {}", "robots", printable(robots.substr(begin, end - begin))));
    begin = end + 1;
  }
  return exit_code::ok;
}

std::string path_of(const Arguments& arguments) {
  return "/v1/domains/" + path_segment(arguments.operands()[0]);
}

int add(const Arguments& arguments) {
  auto members = domain_members(arguments);
  members["host"] = arguments.operands()[0];
  const auto reply = ApiClient::from(arguments).post("/v1/domains", members);
  const int code = show(arguments, reply);
  say(
      fmt::format("Links of every domain work on '{}'. One for it alone: waymark link add "
                  "https://... --host {}",
                  member(reply.json, "host"), member(reply.json, "host")));
  return code;
}

int get(const Arguments& arguments) {
  return show(arguments, ApiClient::from(arguments).get(path_of(arguments)));
}

int update(const Arguments& arguments) {
  const auto members = domain_members(arguments);
  if (members.empty()) {
    throw StartupError(exit_code::usage,
                       "nothing to change: see 'waymark domain update --help' for what there is");
  }
  return show(arguments, ApiClient::from(arguments).patch(path_of(arguments), members));
}

int remove(const Arguments& arguments) {
  const auto reply = ApiClient::from(arguments).remove(path_of(arguments));
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  say(fmt::format(
      "'{}' is no domain of short links any more. Links of every domain still work there "
      "where edges serve unknown hosts (hosts.unknown), links of it alone too",
      member(reply.json, "host")));
  return exit_code::ok;
}

int list(const Arguments& arguments) {
  Query query{
      {"limit", std::to_string(number_of("--limit", arguments.value_or("--limit", "20"), 1, 100))}};
  if (const auto after = arguments.value("--after")) {
    query.emplace_back("starting_after", *after);
  }
  const auto reply = ApiClient::from(arguments).get("/v1/domains", query);
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"HOST", "COOKIE_DOMAIN", "ROOT_URL", "FALLBACK_URL", "ROBOTS"}};
  for (const auto& domain : data_of(reply.json)) {
    rows.push_back({member(domain, "host"), member(domain, "cookie_domain"),
                    member(domain, "root_url"), member(domain, "fallback_url"),
                    member(domain, "robots").empty() ? "" : "own"});
  }
  if (rows.size() == 1) {
    say("No domains. Make one: waymark domain add go.example.org");
    return exit_code::ok;
  }
  print_line(table(rows));
  if (member(reply.json, "has_more") == "true") {
    say(fmt::format("There are more: waymark domain list --after {}", rows.back().front()));
  }
  return exit_code::ok;
}

std::vector<FlagSpec> field_flags() {
  return {{"--cookie-domain", "HOST", "Domain of the cookie: this host or one above it"},
          {"--root-url", "URL", "Where visitors of / go"},
          {"--fallback-url", "URL", "Where visitors of unknown codes go"},
          {"--robots", "FILE", "Text of robots.txt (- is standard input)"}};
}

}  // namespace

std::vector<CommandSpec> domain_commands() {
  return {
      {"domain add",
       "HOST",
       1,
       1,
       "Make a domain for short links; no link, campaign or domain may lead to it",
       field_flags(),
       {"domain add go.example.org --root-url https://example.org/",
        "domain add go.example.org --cookie-domain example.org --robots robots.txt --json"},
       add},
      {"domain get", "HOST", 1, 1, "Show one domain", {}, {"domain get go.example.org"}, get},
      {"domain list",
       "",
       0,
       0,
       "Show domains, newest first",
       {{"--limit", "N", "At most so many, up to 100 (default 20)"},
        {"--after", "HOST", "Those that come after this one"}},
       {"domain list", "domain list --json"},
       list},
      {"domain update",
       "HOST",
       1,
       1,
       "Change a domain; an empty value ('') takes a setting away",
       field_flags(),
       {"domain update go.example.org --fallback-url https://example.org/lost",
        "domain update go.example.org --root-url ''"},
       update},
      {"domain remove",
       "HOST",
       1,
       1,
       "Take a domain away; its links stay",
       {},
       {"domain remove go.example.org"},
       remove},
  };
}

}  // namespace waymark::cli
