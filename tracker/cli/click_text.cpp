#include "tracker/cli/click_text.hpp"

#include "tracker/cli/api_client.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>

namespace waymark::cli {
namespace {

std::string agent_of(const boost::json::value& click) {
  auto agent = member(click, "ua");
  constexpr std::size_t shown_max = 60;
  if (agent.size() > shown_max) {
    agent = agent.substr(0, shown_max) + "...";
  }
  return agent.empty() ? "no user agent" : fmt::format("user agent {}", printable(agent));
}

std::string class_sentence(std::string_view bot, const boost::json::value& click) {
  if (bot == "head") return "a HEAD request asks for headers only, nobody followed the link";
  if (bot == "prefetch") return "a browser fetched ahead (prefetch), nobody followed the link yet";
  if (bot == "embed") return "loaded inside a page (Sec-Fetch headers), not followed by a person";
  if (bot == "preview") return fmt::format("made by a link preview ({})", agent_of(click));
  if (bot == "crawler") return fmt::format("made by a crawler ({})", agent_of(click));
  if (bot == "scanner")
    return fmt::format("made by a mail or security scanner ({})", agent_of(click));
  if (bot == "tool") return fmt::format("made with a tool ({})", agent_of(click));
  return fmt::format("made by a machine of class '{}' ({})", printable(bot), agent_of(click));
}

// `crawler (list 1.60.0+eac757)`.
std::string class_text(const boost::json::value& click) {
  const auto list = member(click, "list");
  return printable(member(click, "bot")) +
         (list.empty() ? "" : fmt::format(" (list {})", printable(list)));
}

std::string outcome_sentence(std::string_view outcome) {
  if (outcome == "paused") return "the link or its campaign was paused";
  if (outcome == "early") return "the link had not started yet";
  if (outcome == "expired") return "the link had expired";
  if (outcome == "ended") return "the campaign had ended";
  if (outcome == "full") return "the link had reached its limit of clicks";
  return fmt::format("the answer was '{}'", printable(outcome));
}

std::string moment(const boost::json::value& click) {
  const auto text = member(click, "ts");
  std::uint64_t unix_ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), unix_ms);
  const bool number = error == std::errc{} && end == text.data() + text.size() && !text.empty();
  return number ? utc_text(unix_ms) : text;
}

}  // namespace

std::string verdict(const boost::json::value& click) {
  const auto bot = member(click, "bot");
  const auto outcome = member(click, "outcome");
  std::string reason;
  if (!bot.empty()) {
    reason = class_sentence(bot, click);
  } else if (!outcome.empty()) {
    reason = outcome_sentence(outcome);
  } else if (member(click, "test") == "true") {
    reason = "made in test mode";
  }
  return reason.empty() ? "counted" : reason + ": recorded, not counted";
}

std::string click_page(const boost::json::value& click) {
  std::string page =
      fmt::format("{:<12} {}\n{:<12} {} UTC\n{:<12} {}", "click", member(click, "id"), "when",
                  moment(click), "verdict", verdict(click));
  if (!member(click, "bot").empty()) page += fmt::format("\n{:<12} {}", "class", class_text(click));
  for (const auto field :
       {"code", "host", "link", "campaign", "referrer", "destination", "rule", "visitor", "new",
        "prev", "channel", "share", "ref", "ip", "country", "lang", "device", "os", "ua"}) {
    if (const auto text = member(click, field); !text.empty()) {
      page += fmt::format("\n{:<12} {}", field, printable(text));
    }
  }
  const auto* members = click.if_object();
  const auto* query = members != nullptr ? members->if_contains("query") : nullptr;
  if (query != nullptr && query->is_object() && !query->get_object().empty()) {
    page += fmt::format("\n{:<12} {}", "query", boost::json::serialize(*query));
  }
  return page;
}

std::string click_line(const boost::json::value& click) {
  const auto bot = member(click, "bot");
  const auto outcome = member(click, "outcome");
  std::string verdict_word = "counted";
  if (!bot.empty() || !outcome.empty()) {
    verdict_word = bot.empty() ? outcome : bot;
  } else if (member(click, "test") == "true") {
    verdict_word = "test";
  }
  return fmt::format("{}  {:<12} {:<9} {:<10} {:<8} {}", moment(click),
                     printable(member(click, "code")), printable(verdict_word),
                     printable(member(click, "channel")), printable(member(click, "os")),
                     member(click, "id"));
}

std::string click_reference(std::string_view operand) {
  constexpr std::string_view parameter = "wm_click=";
  const auto at = operand.find(parameter);
  if (at == std::string_view::npos) {
    return std::string{operand};
  }
  const auto token = operand.substr(at + parameter.size());
  return std::string{token.substr(0, token.find_first_of("&#"))};
}

}  // namespace waymark::cli
