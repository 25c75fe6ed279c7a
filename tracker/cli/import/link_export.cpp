#include "tracker/cli/import/link_export.hpp"

#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace waymark::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view page_links = "100";

constexpr std::string_view export_details =
    "A JSON object on each line, newest link first, with the names that 'link import' knows: into\n"
    "another Waymark it makes the same links with the same ids and codes, into this one none.\n"
    "What the tracker notes itself (full, times) is not in it.";

// What the API tells of a link and takes from nobody.
constexpr std::string_view told_alone[] = {"object", "short_url", "full", "created_at",
                                           "updated_at"};

bool says_something(const json::value& value) {
  return !value.is_null() && !(value.is_array() && value.get_array().empty());
}

std::string line_of(json::object link) {
  for (const auto name : told_alone) link.erase(name);
  json::object given;
  for (auto& [name, value] : link) {
    if (says_something(value)) given[name] = std::move(value);
  }
  return json::serialize(given) + "\n";
}

void write(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return;
  throw CommandFailure(exit_code::failure, fmt::format("cannot write: {}", std::strerror(errno)));
}

int export_links(const Arguments& arguments) {
  const auto api = ApiClient::from(arguments);
  Query query{{"limit", std::string{page_links}}};
  if (const auto campaign = arguments.value("--campaign")) {
    query.emplace_back("campaign", *campaign);
  }
  std::size_t links = 0;
  std::string last;
  for (bool more = true; more;) {
    auto page_query = query;
    if (!last.empty()) page_query.emplace_back("starting_after", last);
    const auto page = api.get("/v1/links", page_query);
    std::string lines;
    for (const auto& link : data_of(page.json)) {
      last = member(link, "id");
      lines += line_of(link.as_object());
      ++links;
    }
    write(lines);
    more = member(page.json, "has_more") == "true";
  }
  say(fmt::format("{} links", links));
  return exit_code::ok;
}

}  // namespace

CommandSpec link_export_command() {
  return {"link export",
          "",
          0,
          0,
          "Write every link, for 'link import'",
          {{"--campaign", "ID", "Only of this campaign"}},
          {"link export > links.ndjson", "link export --campaign camp_spring > spring.ndjson"},
          export_links,
          export_details};
}

}  // namespace waymark::cli
