#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/import/import_command.hpp"
#include "tracker/cli/import/link_export.hpp"
#include "tracker/cli/link_flags.hpp"
#include "tracker/cli/link_notes.hpp"
#include "tracker/cli/link_text.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

void print_link(const json::value& link) {
  for (const auto& line : link_lines(link)) {
    print_line(line);
  }
}

int add(const Arguments& arguments) {
  auto members = link_members(arguments);
  members["destination"] = arguments.operands()[0];
  if (const auto host = arguments.value("--host")) {
    members["host"] = *host;
  }
  if (arguments.has("--test")) {
    members["test"] = true;
  }
  const auto api = ApiClient::from(arguments);
  const auto reply = api.post("/v1/links", members);
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  print_link(reply.json);
  say_notes(api, reply.json);
  say(fmt::format("Link '{}' is made. Watch its clicks: waymark click tail --code {}",
                  member(reply.json, "code"), member(reply.json, "code")));
  return exit_code::ok;
}

std::optional<ApiReply> link_with_id(const ApiClient& api, const std::string& id) {
  try {
    return api.get("/v1/links/" + path_segment(id));
  } catch (const CommandFailure& failure) {
    if (failure.exit_code() != exit_code::not_found) throw;
    return std::nullopt;
  }
}

// Also by a former code. A code may exist on several hosts; --host chooses.
std::optional<ApiReply> link_with_code(const ApiClient& api, const Arguments& arguments,
                                       const std::string& code) {
  Query query{{"code", code}};
  if (const auto host = arguments.value("--host")) {
    query.emplace_back("host", *host);
  }
  const auto list = api.get("/v1/links", query);
  const auto& links = data_of(list.json);
  if (links.empty()) return std::nullopt;
  if (links.size() > 1) {
    throw CommandFailure(
        exit_code::conflict,
        fmt::format("code '{}' exists on {} hosts: choose one with --host", code, links.size()));
  }
  return ApiReply{json::serialize(links[0]), links[0]};
}

// The link that the operand names. What looks like an id may be a code, and the other way round.
ApiReply find_link(const ApiClient& api, const Arguments& arguments) {
  const auto& name = arguments.operands()[0];
  const bool id_first = name.starts_with("lnk_");
  auto link = id_first ? link_with_id(api, name) : link_with_code(api, arguments, name);
  if (!link) link = id_first ? link_with_code(api, arguments, name) : link_with_id(api, name);
  if (link) return std::move(*link);
  throw CommandFailure(exit_code::not_found,
                       fmt::format("no link '{}'; 'waymark link list' shows what there is", name));
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
    say(query.size() == 1 ? "No links. Make one: waymark link add https://shop.example/welcome"
                          : "No such links.");
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

int update(const Arguments& arguments) {
  auto members = link_members(arguments);
  if (members.empty()) {
    throw StartupError(exit_code::usage,
                       "nothing to change: see 'waymark link update --help' for what there is");
  }
  const auto api = ApiClient::from(arguments);
  const auto before = find_link(api, arguments);
  const auto reply = api.patch("/v1/links/" + path_segment(member(before.json, "id")), members);
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  print_link(reply.json);
  if (member(before.json, "code") != member(reply.json, "code")) {
    say(fmt::format("Links with the old code '{}' that are out there still work.",
                    member(before.json, "code")));
  }
  say_notes(api, reply.json);
  return exit_code::ok;
}

int set_status(const Arguments& arguments, std::string_view status, std::string_view said) {
  const auto api = ApiClient::from(arguments);
  const auto link = find_link(api, arguments);
  const auto reply =
      api.patch("/v1/links/" + path_segment(member(link.json, "id")), {{"status", status}});
  if (arguments.has("--json")) {
    print_line(reply.text);
    return exit_code::ok;
  }
  say(fmt::format("Link '{}' is {}", member(reply.json, "code"), said));
  if (status == "active") say_notes(api, reply.json);
  return exit_code::ok;
}

int disable(const Arguments& arguments) {
  return set_status(arguments, "paused",
                    "paused: visitors go to its fallback, or see that it is gone.");
}

int enable(const Arguments& arguments) {
  return set_status(arguments, "active", "active.");
}

std::vector<FlagSpec> with_field_flags(std::vector<FlagSpec> flags) {
  const auto fields = link_field_flags();
  flags.insert(flags.end(), fields.begin(), fields.end());
  return flags;
}

std::vector<FlagSpec> add_flags() {
  return with_field_flags({{"--code", "CODE", "Short code (default: random)"},
                           {"--host", "HOST", "Only for this domain (default: every domain)"},
                           {"--id", "ID", "Id of the link (default: made)"},
                           {"--test", "", "Test mode: marked everywhere, counted nowhere"}});
}

constexpr FlagSpec host_flag{"--host", "HOST", "Domain of the link, when a code exists on several"};

std::vector<FlagSpec> update_flags() {
  return with_field_flags({host_flag,
                           {"--destination", "URL", "Where it leads"},
                           {"--code", "CODE", "New code; the old one goes on working"},
                           {"--status", "STATUS", "active, paused or archived"},
                           {"--test", "true|false", "Test mode"}});
}

}  // namespace

std::vector<CommandSpec> link_commands() {
  return {
      {"link add",
       "DESTINATION",
       1,
       1,
       "Make a short link",
       add_flags(),
       {"link add https://shop.example/welcome --code anna7 --campaign camp_spring",
        "link add https://shop.example/app --code phone --rules rules.json",
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
      {"link update",
       "CODE|ID",
       1,
       1,
       "Change a link; an empty value ('') takes a field away",
       update_flags(),
       {"link update anna7 --destination https://shop.example/summer",
        "link update anna7 --code anna-summer", "link update anna7 --max-clicks ''"},
       update},
      import_command(),
      link_export_command(),
      {"link disable",
       "CODE|ID",
       1,
       1,
       "Pause a link at once",
       {host_flag},
       {"link disable anna7"},
       disable},
      {"link enable",
       "CODE|ID",
       1,
       1,
       "Let a link that was paused or archived lead on",
       {host_flag},
       {"link enable anna7"},
       enable},
  };
}

}  // namespace waymark::cli
