#include "tracker/cli/attribution_text.hpp"

#include "tracker/cli/api_client.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace waymark::cli {
namespace {

std::string known(const boost::json::value& object, std::string_view key) {
  const auto text = member(object, key);
  return text.empty() ? "-" : printable(text);
}

std::string verdict_line(const boost::json::value& attribution) {
  const auto method = member(attribution, "method");
  if (method == "organic") {
    return member(attribution, "state") == "awaiting_click"
               ? "Nobody is credited yet: the click is on its way to the store."
               : "Nobody is credited.";
  }
  return fmt::format("{} is credited, by {} ({} touch): campaign {}, code {}, window {} days.",
                     known(attribution, "referrer"), printable(method), known(attribution, "model"),
                     known(attribution, "campaign"), known(attribution, "code"),
                     known(attribution, "window_days"));
}

std::string evidence_line(const boost::json::value& item) {
  return fmt::format("  {:<8}  {}  {}  {}  {}: {}", known(item, "source"), known(item, "click"),
                     known(item, "clicked_at"), known(item, "referrer"), known(item, "reason"),
                     known(item, "detail"));
}

}  // namespace

std::string attribution_page(const boost::json::value& attribution) {
  std::string text = verdict_line(attribution);
  const auto* const object = attribution.if_object();
  const auto* const evidence = object != nullptr ? object->if_contains("evidence") : nullptr;
  if (evidence == nullptr || !evidence->is_array()) return text;
  for (const auto& item : evidence->get_array()) {
    text += '\n';
    text += evidence_line(item);
  }
  return text;
}

}  // namespace waymark::cli
