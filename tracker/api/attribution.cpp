// POST /v1/attribution/resolve: who would be credited, and why. A dry run: it changes nothing.
#include "tracker/program/attribution.hpp"

#include "tracker/api/fields.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/times.hpp"
#include "tracker/program/attribution_evidence.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace waymark::tracker::resources {
namespace {

namespace json = boost::json;

constexpr std::string_view models[] = {"first", "last"};

struct Asked {
  OfferedEvidence offered;
  AttributionQuestion question;
};

// A page passes on what it was given: null and empty mean that there was nothing. Only a body with
// neither member is a mistake.
Checked<Asked> read_question(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  Asked asked;
  const auto click_id = fields->text("click_id");
  const auto token = fields->text("attribution_token");
  if (!click_id && !token && !fields->cleared("click_id") &&
      !fields->cleared("attribution_token")) {
    fields->note("click_id", "required", "or attribution_token is needed; either may be null");
  }
  asked.offered = {click_id.value_or(""), token.value_or("")};
  asked.question.campaign = fields->text("campaign").value_or("");
  asked.question.test = fields->flag("test").value_or(false);
  const bool first = fields->choice("model", models) == "first";
  asked.question.model = first ? AttributionModel::first : AttributionModel::last;
  const auto occurred = fields->time("occurred_at");
  asked.question.occurred_ms =
      occurred ? static_cast<std::uint64_t>(std::max<std::int64_t>(0, *occurred)) * 1'000
               : call.request.unix_ms;
  if (auto problem = fields->finish()) return *problem;
  return asked;
}

json::value days(std::uint64_t window_ms) {
  constexpr std::uint64_t day_ms = 86'400'000;
  if (window_ms % day_ms == 0) return window_ms / day_ms;
  return static_cast<double>(window_ms) / static_cast<double>(day_ms);
}

json::value uuid_or_null(const Uuid& id) {
  if (id.is_nil()) return nullptr;
  return json::value(id.text());
}

json::value time_or_null(const Candidate& candidate) {
  if (candidate.click.is_nil()) return nullptr;
  return json::value(rfc3339_ms(candidate.unix_ms));
}

void add_touch(json::object& object, const Candidate& candidate) {
  object["click"] = uuid_or_null(candidate.click);
  object["clicked_at"] = time_or_null(candidate);
  object["code"] = text_or_null(candidate.code);
  object["link"] = text_or_null(candidate.link);
  object["campaign"] = text_or_null(candidate.campaign);
  object["referrer"] = text_or_null(candidate.referrer);
}

json::object render_touch(const Candidate& candidate) {
  json::object object;
  add_touch(object, candidate);
  return object;
}

json::object render_evidence(const Candidate& candidate) {
  json::object object;
  object["source"] = to_text(candidate.source);
  add_touch(object, candidate);
  object["bot"] = text_or_null(candidate.bot);
  object["outcome"] = candidate.reason == EvidenceReason::won ? "won" : "lost";
  object["reason"] = to_text(candidate.reason);
  object["detail"] = explanation(candidate.reason);
  return object;
}

json::object render_journey(const AttributionResult& result, const Journey& journey) {
  const Candidate& first = result.evidence[journey.first];
  const Candidate& last = result.evidence[journey.last];
  return {{"campaign", journey.campaign},
          {"window_days", days(last.window_ms)},
          {"within_window", journey.within_window},
          {"first", render_touch(first)},
          {"last", render_touch(last)}};
}

std::string_view method_of(const AttributionResult& result) {
  return result.winner ? to_text(result.method) : "organic";
}

json::object render(const AttributionResult& result, const AttributionQuestion& question) {
  const Candidate nobody;
  const Candidate& winner = result.winner ? result.evidence[*result.winner] : nobody;
  json::object object{{"object", "attribution"},
                      {"method", method_of(result)},
                      {"state", result.awaiting_click ? "awaiting_click" : "final"},
                      {"model", question.model == AttributionModel::first ? "first" : "last"},
                      {"occurred_at", rfc3339_ms(question.occurred_ms)},
                      {"test", question.test}};
  add_touch(object, winner);
  object["visitor"] = uuid_or_null(winner.visitor.value_or(Uuid{}));
  object["window_days"] = result.winner ? days(winner.window_ms) : json::value();
  json::array campaigns, evidence;
  for (const Journey& journey : result.journeys) {
    campaigns.push_back(render_journey(result, journey));
  }
  for (const Candidate& candidate : result.evidence) {
    evidence.push_back(render_evidence(candidate));
  }
  object["campaigns"] = std::move(campaigns);
  object["evidence"] = std::move(evidence);
  return object;
}

}  // namespace

Checked<ApiAnswer> resolve_attribution(const Call& call) {
  const auto asked = read_question(call);
  if (!asked) return asked.error();
  if (call.keys == nullptr) {
    return Problem{ProblemCode::validation_failed,
                   "Tokens cannot be read: this tracker runs without --keys.", "click_id"};
  }
  auto evidence = gather_evidence(call.store, *call.keys, asked->offered);
  if (!evidence) return problem_of(evidence.error());
  return answer(200, render(attribute(asked->question, std::move(*evidence)), asked->question));
}

}  // namespace waymark::tracker::resources
