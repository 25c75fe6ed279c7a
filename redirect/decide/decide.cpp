#include "redirect/decide/decide.hpp"

#include "redirect/decide/circle.hpp"
#include "redirect/decide/consent.hpp"
#include "redirect/decide/cookies.hpp"
#include "redirect/decide/query.hpp"
#include "redirect/decide/rules.hpp"

#include <algorithm>

namespace waymark::redirect {
namespace {

// Precedence of design 3.2: what the request itself says outranks the user agent.
std::string_view bot_class(const Request& request, const Agent& agent) noexcept {
  if (request.method == Method::head) return "head";
  if (request.prefetch) return "prefetch";
  const bool navigates = request.fetch_mode.empty() || request.fetch_mode == "navigate";
  const bool is_document = request.fetch_dest.empty() || request.fetch_dest == "document";
  if (!navigates || !is_document) return "embed";
  return agent.bot;
}

}  // namespace

std::string_view outcome_of(const ResolvedLink& link, std::int64_t now) noexcept {
  if (link.status() != LinkStatus::active) return "paused";
  if (now < link.starts_at()) return "early";
  if (now >= link.expires_at()) return "expired";
  if (link.full()) return "full";
  switch (link.campaign->record.status) {
    case CampaignStatus::paused:
      return "paused";
    case CampaignStatus::ended:
      return "ended";
    default:
      return {};
  }
}

namespace {

// Asking for the header alone changes the class, not what is shown.
bool shows_card(const Decision& decision, const Agent& agent, const ResolvedLink& link) noexcept {
  return decision.verdict == Verdict::land && agent.bot == "preview" &&
         (decision.bot == agent.bot || decision.bot == "head") && !link.title().empty();
}

bool has_consent(const Request& request, const CampaignRecord& campaign,
                 const DecideRules& rules) noexcept {
  if (request.opted_out) return false;
  if (campaign.cookies != CookiePolicy::consent) return true;
  if (rules.consent.empty()) return false;
  const ConsentQuestion question = consent_question(rules.consent);
  bool agreed = false;
  for_each_cookie(request, question.cookie, [&](std::string_view value) {
    return agreed = tells_consent(value, question.purpose);
  });
  return agreed;
}

struct Tags {
  std::string_view c, s, utm_source;
};

Tags tags_of(std::string_view query) noexcept {
  Tags tags;
  for_each_parameter(query, [&](const Parameter& parameter) {
    if (parameter.name == "c") tags.c = parameter.value;
    if (parameter.name == "s") tags.s = parameter.value;
    if (parameter.name == "utm_source") tags.utm_source = parameter.value;
  });
  return tags;
}

// Ids grow with time. Nil without a campaign.
Uuid last_click(const Attribution& attribution) noexcept {
  return attribution.campaign_count == 0 ? Uuid{} : attribution.campaigns[0].last.click;
}

// Beside the visitor's cookie there may be one from before the domain had its `cookie_domain`, or
// what a host nearby has set. The one with the latest click is the visitor's; what does not verify
// is treated as absent. MACs are what costs: what is none by its form is passed over, however often
// it stands there.
void remember_visitor(const Request& request, const KeyRing& keys, Decision& decision,
                      DecideScratch& scratch) noexcept {
  constexpr int tried_max = 4;
  int tried = 0;
  AttributionBuffer* free = &scratch.cookies[0];
  for_each_cookie(request, "wm_ref", [&](std::string_view value) {
    const auto verified = verify_attribution(value, keys, *free);
    if (verified &&
        (!decision.visitor || last_click(*verified) > last_click(decision.attribution))) {
      decision.attribution = *verified;
      decision.visitor = verified->visitor;
      free = free == &scratch.cookies[0] ? &scratch.cookies[1] : &scratch.cookies[0];
    }
    if (verified || verified.error() == Errc::forged_token) ++tried;
    return tried < tried_max;
  });
  if (decision.attribution.campaign_count > 0) {
    decision.previous = decision.attribution.campaigns[0].last.click;
  }
}

std::uint64_t longest_rest(const Attribution& attribution, std::uint64_t now) noexcept {
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < attribution.campaign_count; ++i) {
    const std::uint64_t ends_at = attribution.campaigns[i].ends_at;
    if (ends_at > now) rest = std::max(rest, ends_at - now);
  }
  return rest;
}

void grant_cookie(const ResolvedLink& link, std::uint64_t now, std::uint64_t now_ms,
                  Uuid7Generator& ids, Decision& decision) noexcept {
  if (!decision.visitor) {
    decision.visitor = ids.next(now_ms);
    decision.new_visitor = true;
    decision.attribution.visitor = *decision.visitor;
  }
  const ResolvedCampaign& campaign = *link.campaign;
  touch(decision.attribution, campaign.id, Touch{decision.click, link.code()}, now,
        campaign.window_seconds);
  decision.cookie_seconds = longest_rest(decision.attribution, now);
  if (campaign.id.empty()) {
    decision.cookie_seconds = std::max(decision.cookie_seconds, visitor_seconds);
  }
  decision.set_cookie = true;
}

// Chooses the landing page. A split remembers by the visitor id, also by one that this very click
// mints, so that the second visit meets the page of the first. Who has none (no consent, a robot, a
// campaign without cookies) cannot be remembered: each of their clicks draws anew.
void land(const RuleSubject& subject, const ResolvedLink& link, Decision& decision) noexcept {
  const RuleSet* const rules = decision.outcome.empty() ? link.rules() : nullptr;
  if (rules != nullptr) {
    decision.rule = choose_landing(*rules, subject, decision.visitor.value_or(decision.click));
  }
  decision.landing = decision.rule
                         ? rules->landings[*decision.rule].open(rules->texts.data(), *link.campaign)
                         : link.landing();
}

}  // namespace

Decision decide(const Request& request, const Agent& agent, const ResolvedLink& link,
                const DecideRules& rules, const KeyRing& keys, std::uint64_t now_ms,
                Uuid7Generator& ids, DecideScratch& scratch, const Surroundings& around) noexcept {
  Decision decision;
  const CampaignRecord& campaign = link.campaign->record;
  if (campaign.status == CampaignStatus::draft) {
    decision.verdict = Verdict::unknown;
    return decision;
  }
  const std::uint64_t now = now_ms / 1000;
  decision.click = ids.next(now_ms);
  decision.test = link.test();
  decision.country = around.country;
  decision.bot = bot_class(request, agent);
  if (decision.bot == agent.bot) decision.list = agent.list;
  decision.outcome = outcome_of(link, static_cast<std::int64_t>(now));
  if (!decision.outcome.empty()) {
    decision.fallback = link.fallback().empty() ? around.domain_fallback : link.fallback();
    if (!decision.fallback.empty() && leads_back(decision.fallback, request, rules.links_path)) {
      decision.fallback = {};
    }
    decision.verdict = decision.fallback.empty() ? Verdict::gone : Verdict::divert;
  }
  if (shows_card(decision, agent, link)) decision.verdict = Verdict::card;

  const Tags tags = tags_of(request.query);
  decision.referring_host = referring_host(request.referer, scratch.referring_host);
  decision.channel = channel_of(tags.c, tags.utm_source, decision.referring_host, scratch.channel);
  decision.share = share_of(tags.s);

  decision.anonymous = !has_consent(request, campaign, rules);
  if (!decision.anonymous && campaign.cookies != CookiePolicy::never) {
    remember_visitor(request, keys, decision, scratch);
    if (decision.bot.empty() && decision.outcome.empty()) {
      grant_cookie(link, now, now_ms, ids, decision);
    }
  }
  land({request, agent, around.country, static_cast<std::int64_t>(now)}, link, decision);
  if (decision.verdict == Verdict::land &&
      leads_back(decision.landing.head, request, rules.links_path)) {
    decision.verdict = Verdict::circle;
  }
  return decision;
}

}  // namespace waymark::redirect
