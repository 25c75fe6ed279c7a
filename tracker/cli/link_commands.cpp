#include "common/code.hpp"
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

// Flags of `link add` that the API takes as texts under the name beside them.
constexpr std::pair<std::string_view, std::string_view> text_fields[] = {
    {"--code", "code"},         {"--host", "host"},   {"--campaign", "campaign"},
    {"--referrer", "referrer"}, {"--id", "id"},       {"--expired-url", "expired_url"},
    {"--query", "query"},       {"--title", "title"}, {"--description", "description"},
    {"--image", "image"}};

json::object link_body(const Arguments& arguments) {
  json::object body{{"destination", arguments.operands()[0]}};
  for (const auto& [flag, field] : text_fields) {
    if (const auto value = arguments.value(flag)) {
      body[field] = *value;
    }
  }
  for (const auto& [flag, field] :
       {std::pair<std::string_view, std::string_view>{"--starts-at", "starts_at"},
        {"--expires-at", "expires_at"}}) {
    if (const auto value = arguments.value(flag)) {
      body[field] = moment_of(flag, *value);
    }
  }
  if (const auto value = arguments.value("--max-clicks")) {
    body["max_clicks"] = number_of("--max-clicks", *value, 1, 1'000'000'000'000);
  }
  if (const auto value = arguments.value("--status-code")) {
    body["status_code"] = number_of("--status-code", *value, 301, 308);
  }
  if (arguments.has("--test")) {
    body["test"] = true;
  }
  return body;
}

void print_link(const json::value& link) {
  for (const auto field : {"short_url", "id", "code", "host", "destination", "campaign", "referrer",
                           "status", "starts_at", "expires_at", "expired_url", "max_clicks", "full",
                           "status_code", "query", "title", "description", "image", "test"}) {
    const auto text = member(link, field);
    if (!text.empty() && text != "false") {
      print_line(fmt::format("{:<12} {}", field, printable(text)));
    }
  }
}

int add(const Arguments& arguments) {
  const auto reply = ApiClient::from(arguments).post("/v1/links", link_body(arguments));
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  print_link(reply.json);
  say(fmt::format("Link '{}' is live. Watch its clicks: waymark click tail --code {}",
                  member(reply.json, "code"), member(reply.json, "code")));
  return exit_code::ok;
}

// The link that an id (lnk_...) or a code names. A code may exist on several hosts; --host chooses.
ApiReply find_link(const ApiClient& api, const Arguments& arguments) {
  const auto& name = arguments.operands()[0];
  if (name.starts_with("lnk_")) {
    return api.get("/v1/links/" + path_segment(name));
  }
  Query query{{"code", name}};
  if (const auto host = arguments.value("--host")) {
    query.emplace_back("host", *host);
  }
  const auto list = api.get("/v1/links", query);
  const auto& links = data_of(list.json);
  if (links.empty()) {
    throw CommandFailure(
        exit_code::not_found,
        fmt::format("no link '{}'; 'waymark link list' shows what there is", name));
  }
  if (links.size() > 1) {
    throw CommandFailure(
        exit_code::conflict,
        fmt::format("code '{}' exists on {} hosts: choose one with --host", name, links.size()));
  }
  return {json::serialize(links[0]), links[0]};
}

int get(const Arguments& arguments) {
  const auto link = find_link(ApiClient::from(arguments), arguments);
  if (arguments.has("--json")) {
    print_line(link.text);
  } else {
    print_link(link.json);
  }
  return exit_code::ok;
}

int list(const Arguments& arguments) {
  Query query{
      {"limit", std::to_string(number_of("--limit", arguments.value_or("--limit", "20"), 1, 100))}};
  for (const auto& [flag, name] :
       {std::pair<std::string_view, std::string_view>{"--campaign", "campaign"},
        {"--status", "status"},
        {"--after", "starting_after"}}) {
    if (const auto value = arguments.value(flag)) {
      query.emplace_back(name, *value);
    }
  }
  const auto reply = ApiClient::from(arguments).get("/v1/links", query);
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  const auto& links = data_of(reply.json);
  if (links.empty()) {
    say("No links. Make one: waymark link add https://shop.example/welcome");
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{{"CODE", "STATUS", "CAMPAIGN", "DESTINATION", "ID"}};
  for (const auto& link : links) {
    rows.push_back({member(link, "code"), member(link, "status"), member(link, "campaign"),
                    member(link, "destination"), member(link, "id")});
  }
  print_line(table(rows));
  if (member(reply.json, "has_more") == "true") {
    say(fmt::format("There are more: waymark link list --after {}", rows.back().back()));
  }
  return exit_code::ok;
}

int disable(const Arguments& arguments) {
  const auto api = ApiClient::from(arguments);
  const auto link = find_link(api, arguments);
  const auto reply =
      api.patch("/v1/links/" + path_segment(member(link.json, "id")), {{"status", "paused"}});
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  say(fmt::format("Link '{}' is paused: visitors go to its fallback, or see that it is gone.",
                  member(reply.json, "code")));
  return exit_code::ok;
}

constexpr FlagSpec host_flag{"--host", "HOST", "Domain of the link, when a code exists on several"};

}  // namespace

std::vector<CommandSpec> link_commands() {
  return {
      {"link add",
       "DESTINATION",
       1,
       1,
       "Make a short link",
       {{"--code", "CODE", "Short code (default: random)"},
        {"--host", "HOST", "Only for this domain (default: every domain)"},
        {"--campaign", "ID", "Campaign that its clicks belong to"},
        {"--referrer", "ID", "Whose link it is"},
        {"--id", "ID", "Id of the link (default: made)"},
        {"--starts-at", "TIME", "Not before (2026-01-31, 2026-01-31T12:00:00Z, unix seconds)"},
        {"--expires-at", "TIME", "Not after"},
        {"--expired-url", "URL", "Where late visitors go"},
        {"--max-clicks", "N", "Counted clicks after which the link is full"},
        {"--status-code", "N", "301, 302 (default), 303, 307 or 308"},
        {"--query", "pass|drop", "What becomes of the visitor's own parameters"},
        {"--title", "TEXT", "Shown by previews in messengers"},
        {"--description", "TEXT", "Likewise"},
        {"--image", "URL", "Likewise"},
        {"--test", "", "Test mode: marked everywhere, counted nowhere"}},
       {"link add https://shop.example/welcome --code anna7 --campaign camp_spring",
        "link add 'https://shop.example/hello?from={referrer}' --referrer rfr_anna --json"},
       add},
      {"link get",
       "CODE|ID",
       1,
       1,
       "Show one link",
       {host_flag},
       {"link get anna7", "link get lnk_01h9 --json"},
       get},
      {"link list",
       "",
       0,
       0,
       "Show links, newest first",
       {{"--campaign", "ID", "Only of this campaign"},
        {"--status", "STATUS", "active, paused or archived"},
        {"--limit", "N", "At most so many, up to 100 (default 20)"},
        {"--after", "ID", "Those that come after this one"}},
       {"link list", "link list --campaign camp_spring --json"},
       list},
      {"link disable",
       "CODE|ID",
       1,
       1,
       "Pause a link at once",
       {host_flag},
       {"link disable anna7"},
       disable},
  };
}

}  // namespace waymark::cli
