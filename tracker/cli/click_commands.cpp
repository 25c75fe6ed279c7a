#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/attribution_text.hpp"
#include "tracker/cli/click_tail.hpp"
#include "tracker/cli/click_text.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/stream/stream_parts.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::string_view filters[] = {"link", "campaign", "code"};
constexpr auto poll_interval = 500ms;

int show(const Arguments& arguments) {
  const auto reference = click_reference(arguments.operands()[0]);
  const auto api = ApiClient::from(arguments);
  // A click made a moment ago may still be on its way: a person who pastes its token means that
  // one.
  for (int attempt = 0;; ++attempt) {
    try {
      const auto click = api.get("/v1/clicks/" + path_segment(reference));
      print_line(arguments.has("--json") ? click.text : click_page(click.json));
      return exit_code::ok;
    } catch (const CommandFailure& failure) {
      if (failure.exit_code() != exit_code::not_found) {
        throw;
      }
      if (attempt == 4) {
        throw CommandFailure(
            exit_code::not_found,
            fmt::format("no click '{}' in the store; 'waymark doctor' says whether "
                        "clicks are on their way",
                        printable(reference)));
      }
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

int explain(const Arguments& arguments) {
  json::object question{{"click_id", click_reference(arguments.operands()[0])}};
  for (const std::string_view name : {"campaign", "model"}) {
    if (const auto value = arguments.value(fmt::format("--{}", name))) question[name] = *value;
  }
  if (arguments.has("--test")) question["test"] = true;
  const auto reply = ApiClient::from(arguments).post("/v1/attribution/resolve", question);
  print_line(arguments.has("--json") ? reply.text : attribution_page(reply.json));
  return exit_code::ok;
}

Query filter_of(const Arguments& arguments) {
  Query query;
  for (const auto name : filters) {
    if (const auto value = arguments.value(fmt::format("--{}", name))) {
      query.emplace_back(name, *value);
    }
  }
  return query;
}

// Oldest first. Returns the id of the newest, or `newest` when there is none.
std::string print_new(const json::array& clicks, bool as_json, ShownClicks& shown,
                      std::string newest = {}) {
  for (auto click = clicks.rbegin(); click != clicks.rend(); ++click) {
    newest = member(*click, "id");
    if (shown.take(newest)) print_line(as_json ? json::serialize(*click) : click_line(*click));
  }
  return newest;
}

// Reads on page by page up to what is newest now.
void print_new_pages(const ApiClient& api, const Query& filter, bool as_json, ShownClicks& shown) {
  auto after = shown.read_after();
  for (bool more = true; more;) {
    auto query = filter;
    query.emplace_back("limit", "100");
    if (!after.empty()) query.emplace_back("ending_before", after);
    const auto page = api.get("/v1/clicks", query).json;
    // Without a place to read on from, the page is the newest, and what has more is older.
    more = !after.empty() && member(page, "has_more") == "true";
    after = print_new(data_of(page), as_json, shown, after);
  }
}

int tail(const Arguments& arguments) {
  const auto api = ApiClient::from(arguments);
  const auto filter = filter_of(arguments);
  const bool as_json = arguments.has("--json");
  const auto count = number_of("--lines", arguments.value_or("--lines", "10"), 1, 100);

  auto first = filter;
  first.emplace_back("limit", std::to_string(count));
  const auto page = api.get("/v1/clicks", first).json;
  const auto& clicks = data_of(page);
  // What is older than the first lines was not asked for.
  const bool older = member(page, "has_more") == "true";
  ShownClicks shown{older && !clicks.empty() ? member(clicks.back(), "id") : std::string{}};
  print_new(clicks, as_json, shown);
  if (arguments.has("--once")) {
    return exit_code::ok;
  }
  if (clicks.empty()) {
    say("No clicks yet; waiting for the first. Ctrl-C ends.");
  }
  for (;;) {
    std::this_thread::sleep_for(poll_interval);
    print_new_pages(api, filter, as_json, shown);
  }
}

}  // namespace

std::vector<CommandSpec> click_commands() {
  return {
      {"click tail",
       "",
       0,
       0,
       "Show the newest clicks and follow",
       {{"--lines", "N", "Start with so many, up to 100 (default 10)"},
        {"--once", "", "Do not follow"},
        {"--code", "CODE", "Only clicks of this code"},
        {"--link", "ID", "Only clicks of this link"},
        {"--campaign", "ID", "Only clicks of this campaign"}},
       {"click tail", "click tail --code anna7", "click tail --once --lines 100 --json"},
       tail},
      {"click show",
       "CLICK",
       1,
       1,
       "Show one click, and why it was counted or not",
       {},
       {"click show 0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506",
        "click show \"$(curl -s -o /dev/null -w '%{redirect_url}' http://127.0.0.1:8080/try)\""},
       show},
      {"click explain",
       "CLICK",
       1,
       1,
       "Say who would be credited for a sign-up after this click, and why",
       {{"--campaign", "ID", "Only for this campaign"},
        {"--model", "MODEL", "first or last touch (default last)"},
        {"--test", "", "For a sign-up in test mode"}},
       {"click explain AZAWPYaUc5u4scLT5PUGF7Hmt5dEMj6N"},
       explain},
      export_command(),
      replay_command(),
  };
}

}  // namespace waymark::cli
