#include "common/record_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace waymark {
namespace {

using detail::Problem;

constexpr double window_days_max = 3'650;

Problem read_window(std::string_view text, double& days) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  // At least one second. Comparing this way round refuses `nan` as well.
  const bool usable = value * 86'400 >= 1 && value <= window_days_max;
  if (error != std::errc{} || stop != end || !usable)
    return "must be a number of days above 0 and at most 3650";
  days = value;
  return {};
}

// What may stand in a query (RFC 3986), so that it can be copied into a Location header.
Problem read_query(std::string_view text, std::string& value) {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?%";
  if (text.size() > limits::destination_bytes_max) return "is longer than 2048 bytes";
  if (text.starts_with('?') || text.find_first_not_of(allowed) != std::string_view::npos) {
    return "must be a query string without `?` in front, percent-encoded";
  }
  value = text;
  return {};
}

Problem read_referrer_policy(std::string_view text, std::string& value) {
  constexpr std::array<std::string_view, 8> policies{"no-referrer",
                                                     "no-referrer-when-downgrade",
                                                     "origin",
                                                     "origin-when-cross-origin",
                                                     "same-origin",
                                                     "strict-origin",
                                                     "strict-origin-when-cross-origin",
                                                     "unsafe-url"};
  if (std::find(policies.begin(), policies.end(), text) == policies.end()) {
    return "must be a value of the Referrer-Policy header";
  }
  value = text;
  return {};
}

Problem read_campaign_field(std::string_view name, std::string_view value,
                            const DestinationPolicy& policy, CampaignRecord& campaign) {
  using namespace detail;
  if (name == "status") {
    return read_word(campaign_status_from(value), "draft, testing, live, paused or ended",
                     campaign.status);
  }
  if (name == "window_days") return read_window(value, campaign.window_days);
  if (name == "cookies") {
    return read_word(cookie_policy_from(value), "always, consent or never", campaign.cookies);
  }
  if (name == "fallback_url") return read_url(value, policy, campaign.fallback_url);
  if (name == "utm") return read_query(value, campaign.utm);
  if (name == "referrer_policy") return read_referrer_policy(value, campaign.referrer_policy);
  return {};
}

std::string days_text(double days) {
  std::array<char, 512> digits;  // of the longest fixed notation
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), days, std::chars_format::fixed);
  return {digits.data(), end.ptr};
}

}  // namespace

RecordResult<CampaignRecord> parse_campaign(const RecordFields& fields,
                                            const DestinationPolicy& policy) {
  CampaignRecord campaign;
  auto problem = detail::read_fields(fields, [&](std::string_view name, std::string_view value) {
    return read_campaign_field(name, value, policy, campaign);
  });
  if (problem) return std::move(*problem);
  return campaign;
}

RecordFields campaign_fields(const CampaignRecord& campaign) {
  const CampaignRecord defaults;
  RecordFields fields;
  if (campaign.status != defaults.status) fields.emplace_back("status", to_text(campaign.status));
  if (campaign.window_days != defaults.window_days) {
    fields.emplace_back("window_days", days_text(campaign.window_days));
  }
  if (campaign.cookies != defaults.cookies) {
    fields.emplace_back("cookies", to_text(campaign.cookies));
  }
  if (!campaign.fallback_url.empty()) fields.emplace_back("fallback_url", campaign.fallback_url);
  if (!campaign.utm.empty()) fields.emplace_back("utm", campaign.utm);
  if (campaign.referrer_policy != defaults.referrer_policy) {
    fields.emplace_back("referrer_policy", campaign.referrer_policy);
  }
  return fields;
}

std::string_view to_text(CampaignStatus status) {
  switch (status) {
    case CampaignStatus::draft:
      return "draft";
    case CampaignStatus::testing:
      return "testing";
    case CampaignStatus::live:
      return "live";
    case CampaignStatus::paused:
      return "paused";
    case CampaignStatus::ended:
      return "ended";
  }
  return {};
}

std::string_view to_text(CookiePolicy policy) {
  switch (policy) {
    case CookiePolicy::always:
      return "always";
    case CookiePolicy::consent:
      return "consent";
    case CookiePolicy::never:
      return "never";
  }
  return {};
}

std::optional<CampaignStatus> campaign_status_from(std::string_view text) {
  using enum CampaignStatus;
  for (const auto status : {draft, testing, live, paused, ended}) {
    if (text == to_text(status)) return status;
  }
  return {};
}

std::optional<CookiePolicy> cookie_policy_from(std::string_view text) {
  using enum CookiePolicy;
  for (const auto policy : {always, consent, never}) {
    if (text == to_text(policy)) return policy;
  }
  return {};
}

}  // namespace waymark
