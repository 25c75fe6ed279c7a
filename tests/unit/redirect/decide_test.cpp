#include "visit.hpp"

#include <gtest/gtest.h>

namespace waymark::redirect::test {
namespace {

constexpr std::uint64_t day_ms = 86'400'000;

TEST(Decide, APersonLandsWithCookieAndToken) {
  Desk desk;
  const auto link = link_to("https://shop.example/welcome");
  const std::string answer = desk.answer(Visit{"/anna7"}, *link);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 302 Found\r\nDate: Thu, 01 Jan 2026 12:00:00 GMT\r\n"));
  EXPECT_EQ(landing_of(desk, answer), "https://shop.example/welcome?wm_click=");
  EXPECT_EQ(header_of(answer, "Cache-Control"), "private, no-store");
  EXPECT_EQ(header_of(answer, "Referrer-Policy"), "strict-origin-when-cross-origin");
  EXPECT_EQ(header_of(answer, "X-Robots-Tag"), "noindex");
  EXPECT_EQ(header_of(answer, "Content-Length"), "0");
  const std::string cookie = header_of(answer, "Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("wm_ref=1.k1."));
  EXPECT_TRUE(cookie.ends_with("; Path=/; Max-Age=5184000; HttpOnly; Secure; SameSite=Lax"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

struct ClassRow {
  const char* fields;
  const char* method;
  const char* bot;
};

class Classes : public testing::TestWithParam<ClassRow> {};

TEST_P(Classes, AreRecordedButGetNoCookie) {
  Desk desk;
  const auto link = link_to("https://shop.example/");
  const Visit visit{"/anna7", GetParam().fields, GetParam().method};
  const Decision decision = desk.decide(visit, *link);
  EXPECT_EQ(decision.bot, GetParam().bot);
  EXPECT_EQ(decision.verdict, Verdict::land);
  EXPECT_EQ(decision.set_cookie, std::string_view{GetParam().bot}.empty());
  EXPECT_FALSE(decision.click.is_nil());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Classes,
    testing::Values(
        ClassRow{"", "GET", ""}, ClassRow{"", "HEAD", "head"},
        ClassRow{"Sec-Purpose: prefetch\r\n", "GET", "prefetch"},
        ClassRow{"Sec-Purpose: prefetch\r\n", "HEAD", "head"},
        ClassRow{"Sec-Fetch-Mode: no-cors\r\n", "GET", "embed"},
        ClassRow{"Sec-Fetch-Dest: image\r\n", "GET", "embed"},
        ClassRow{"Sec-Fetch-Dest: iframe\r\nSec-Fetch-Mode: navigate\r\n", "GET", "embed"},
        ClassRow{"Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n", "GET", ""},
        ClassRow{"Sec-Purpose: prefetch\r\nSec-Fetch-Dest: image\r\n", "GET", "prefetch"}));

struct AgentRow {
  const char* user_agent;
  const char* bot;
  const char* device;
  const char* os;
};

class Agents : public testing::TestWithParam<AgentRow> {};

TEST_P(Agents, AreClassified) {
  const Agent agent = classify_agent(GetParam().user_agent);
  EXPECT_EQ(agent.bot, GetParam().bot);
  EXPECT_EQ(agent.device, GetParam().device);
  EXPECT_EQ(agent.os, GetParam().os);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Agents,
    testing::Values(
        AgentRow{"", "tool", "other", "other"}, AgentRow{"curl/7.88.1", "tool", "other", "other"},
        AgentRow{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                 "crawler", "other", "other"},
        AgentRow{"facebookexternalhit/1.1", "preview", "other", "other"},
        AgentRow{"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview", "other",
                 "other"},
        AgentRow{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
                 "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                 "", "mobile", "ios"},
        AgentRow{"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15", "", "tablet",
                 "ios"},
        AgentRow{"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
                 "Chrome/126.0.0.0 Mobile Safari/537.36",
                 "", "mobile", "android"},
        AgentRow{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "", "desktop",
                 "windows"},
        AgentRow{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15", "",
                 "desktop", "macos"},
        AgentRow{"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36", "", "desktop",
                 "chromeos"}));

struct OutcomeRow {
  const char* what;
  void (*change)(LinkRecord&, CampaignRecord&);
  const char* outcome;
};

class Outcomes : public testing::TestWithParam<OutcomeRow> {};

TEST_P(Outcomes, AreGoneOrDivertedWithoutCookieAndToken) {
  Desk desk;
  LinkRecord record;
  record.destination = "https://shop.example/";
  record.campaign = "camp_spring";
  CampaignRecord campaign;
  GetParam().change(record, campaign);
  const Decision gone = desk.decide(Visit{"/anna7"}, *link_to(record, campaign));
  EXPECT_EQ(gone.verdict, Verdict::gone);
  EXPECT_EQ(gone.outcome, GetParam().outcome);
  EXPECT_FALSE(gone.set_cookie);
  EXPECT_FALSE(gone.visitor.has_value());

  // The host's fallback, the campaign's over it, the link's over both.
  const Visit plain{"/anna7"};
  const Surroundings around{{}, "https://shop.example/host"};
  const auto bare = link_to(record, campaign);
  const Decision diverted = desk.decide(plain, *bare, around);
  EXPECT_EQ(diverted.verdict, Verdict::divert);
  EXPECT_EQ(diverted.fallback, around.domain_fallback);

  campaign.fallback_url = "https://shop.example/over";
  const auto link = link_to(record, campaign);
  EXPECT_EQ(desk.decide(plain, *link, around).fallback, "https://shop.example/over");
  const std::string answer = desk.answer(Visit{"/anna7?x=1"}, *link);
  EXPECT_EQ(header_of(answer, "Location"), "https://shop.example/over");
  EXPECT_EQ(header_of(answer, "Set-Cookie"), "");

  record.expired_url = "https://shop.example/late";
  const auto own = link_to(record, campaign);
  EXPECT_EQ(desk.decide(plain, *own, around).fallback, "https://shop.example/late");
}

constexpr std::int64_t noon = noon_ms / 1000;

INSTANTIATE_TEST_SUITE_P(
    Rows, Outcomes,
    testing::Values(
        OutcomeRow{"paused", [](LinkRecord& l, CampaignRecord&) { l.status = LinkStatus::paused; },
                   "paused"},
        OutcomeRow{"archived",
                   [](LinkRecord& l, CampaignRecord&) { l.status = LinkStatus::archived; },
                   "paused"},
        OutcomeRow{"early", [](LinkRecord& l, CampaignRecord&) { l.starts_at = noon + 1; },
                   "early"},
        OutcomeRow{"expired", [](LinkRecord& l, CampaignRecord&) { l.expires_at = noon; },
                   "expired"},
        OutcomeRow{"full", [](LinkRecord& l, CampaignRecord&) { l.full = true; }, "full"},
        OutcomeRow{"campaign paused",
                   [](LinkRecord&, CampaignRecord& c) { c.status = CampaignStatus::paused; },
                   "paused"},
        OutcomeRow{"campaign ended",
                   [](LinkRecord&, CampaignRecord& c) { c.status = CampaignStatus::ended; },
                   "ended"}));

TEST(Decide, TheLastSecondCounts) {
  Desk desk;
  LinkRecord record;
  record.destination = "https://shop.example/";
  record.starts_at = noon;
  record.expires_at = noon + 1;
  EXPECT_EQ(desk.decide(Visit{"/a"}, *link_to(record)).verdict, Verdict::land);
}

TEST(Decide, ADraftIsUnknownAndTestingIsMarked) {
  Desk desk;
  CampaignRecord campaign;
  campaign.status = CampaignStatus::draft;
  EXPECT_EQ(desk.decide(Visit{"/a"}, *link_to("https://s.example/", campaign)).verdict,
            Verdict::unknown);
  campaign.status = CampaignStatus::testing;
  const Decision decision = desk.decide(Visit{"/a"}, *link_to("https://s.example/", campaign));
  EXPECT_EQ(decision.verdict, Verdict::land);
  EXPECT_TRUE(decision.test);
}

TEST(Decide, OptingOutLeavesNoTrace) {
  Desk desk;
  const auto link = link_to("https://shop.example/");
  const std::string known = cookie_line(desk.answer(Visit{"/anna7"}, *link));
  const Visit visit{"/anna7", "Sec-GPC: 1\r\n" + known};
  const Decision decision = desk.decide(visit, *link);
  EXPECT_TRUE(decision.anonymous);
  EXPECT_FALSE(decision.visitor.has_value());
  EXPECT_FALSE(decision.set_cookie);
  EXPECT_FALSE(decision.click.is_nil());
  EXPECT_EQ(landing_of(desk, desk.render(visit, *link, decision)),
            "https://shop.example/?wm_click=");
}

TEST(Decide, ConsentIsToldByACookie) {
  Desk desk;
  desk.rules.consent = "consent_ok";
  CampaignRecord campaign;
  campaign.cookies = CookiePolicy::consent;
  const auto link = link_to("https://shop.example/", campaign);
  EXPECT_FALSE(desk.decide(Visit{"/a"}, *link).set_cookie);
  EXPECT_TRUE(desk.decide(Visit{"/a", "Cookie: x=y; consent_ok=1\r\n"}, *link).set_cookie);
  EXPECT_FALSE(
      desk.decide(Visit{"/a", "Cookie: consent_ok=1\r\nSec-GPC: 1\r\n"}, *link).set_cookie);
  campaign.cookies = CookiePolicy::never;
  EXPECT_FALSE(desk.decide(Visit{"/a"}, *link_to("https://s.example/", campaign)).set_cookie);
}

TEST(Decide, AReturningVisitorIsTheSameAndKeepsTheFirstTouch) {
  Desk desk;
  const auto link = link_to("https://shop.example/");
  const Visit first_visit{"/anna7"};
  const Decision first = desk.decide(first_visit, *link);
  EXPECT_TRUE(first.new_visitor);
  const std::string cookie = cookie_line(desk.render(first_visit, *link, first));

  desk.now_ms += 10 * day_ms;
  const Visit second_visit{"/anna7", cookie};
  const Decision second = desk.decide(second_visit, *link);
  EXPECT_FALSE(second.new_visitor);
  EXPECT_EQ(second.visitor, first.visitor);
  EXPECT_EQ(second.previous, first.click);
  ASSERT_EQ(second.attribution.campaign_count, 1U);
  EXPECT_EQ(second.attribution.campaigns[0].first.click, first.click);
  EXPECT_EQ(second.attribution.campaigns[0].last.click, second.click);
  EXPECT_EQ(second.cookie_seconds, 60U * 86'400);
}

TEST(Decide, AFirstTouchOlderThanTheWindowGivesWay) {
  Desk desk;
  const auto link = link_to("https://shop.example/");
  std::string cookie = cookie_line(desk.answer(Visit{"/anna7"}, *link));
  desk.now_ms += 40 * day_ms;
  cookie = cookie_line(desk.answer(Visit{"/anna7", cookie}, *link));
  desk.now_ms += 40 * day_ms;
  const Visit visit{"/anna7", cookie};
  const Decision third = desk.decide(visit, *link);
  EXPECT_EQ(third.attribution.campaigns[0].first.click, third.click);
}

TEST(Decide, ATokenThatDoesNotVerifyIsAbsent) {
  Desk desk;
  const auto link = link_to("https://shop.example/");
  std::string cookie = cookie_line(desk.answer(Visit{"/anna7"}, *link));
  const std::size_t last = cookie.find("; lang") - 1;
  cookie[last] = cookie[last] == 'A' ? 'B' : 'A';
  const Visit visit{"/anna7", cookie};
  EXPECT_TRUE(desk.decide(visit, *link).new_visitor);
}

TEST(Decide, WithoutACampaignTheCookieCarriesTheVisitorAlone) {
  Desk desk;
  LinkRecord record;
  record.destination = "https://shop.example/";
  const Decision decision = desk.decide(Visit{"/a"}, *link_to(record));
  EXPECT_TRUE(decision.set_cookie);
  EXPECT_EQ(decision.attribution.campaign_count, 0U);
  EXPECT_EQ(decision.cookie_seconds, 60U * 86'400);
}

TEST(Decide, MaxAgeIsTheLongestRest) {
  Desk desk;
  CampaignRecord longer, shorter;
  longer.window_days = 90;
  shorter.window_days = 1.5;
  LinkRecord a, b;
  a.destination = b.destination = "https://shop.example/";
  a.campaign = "camp_long";
  b.campaign = "camp_short";
  const std::string cookie = cookie_line(desk.answer(Visit{"/a"}, *link_to(a, longer)));
  desk.now_ms += day_ms;
  const Visit visit{"/b", cookie};
  const auto link = link_to(b, shorter);
  const Decision decision = desk.decide(visit, *link);
  EXPECT_EQ(decision.attribution.campaign_count, 2U);
  EXPECT_EQ(decision.attribution.campaigns[0].campaign, "camp_short");
  EXPECT_EQ(decision.cookie_seconds, 89U * 86'400);
}

struct ChannelRow {
  const char* target;
  const char* referer;
  const char* channel;
};

class Channels : public testing::TestWithParam<ChannelRow> {};

TEST_P(Channels, AreNamed) {
  Desk desk;
  const auto link = link_to("https://shop.example/");
  const std::string referer = GetParam().referer;
  const Visit visit{GetParam().target, referer.empty() ? "" : "Referer: " + referer + "\r\n"};
  EXPECT_EQ(desk.decide(visit, *link).channel, GetParam().channel);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Channels,
    testing::Values(ChannelRow{"/a", "", "direct"}, ChannelRow{"/a?c=whatsapp", "", "whatsapp"},
                    ChannelRow{"/a?c=WhatsApp", "https://facebook.com/", "whatsapp"},
                    ChannelRow{"/a?c=no%20tag", "", "direct"},
                    ChannelRow{"/a?c=my-own_channel", "", "my-own_channel"},
                    ChannelRow{"/a?utm_source=email", "https://x.example/", "email"},
                    ChannelRow{"/a?utm_source=unheard", "", "direct"},
                    ChannelRow{"/a?utm_source=email&c=qr", "", "qr"},
                    ChannelRow{"/a", "https://l.facebook.com/l.php?u=x", "facebook"},
                    ChannelRow{"/a", "https://notfacebook.com/", "notfacebook.com"},
                    ChannelRow{"/a", "https://News.Example:8443/page", "news.example"},
                    ChannelRow{"/a", "nonsense", "direct"}));

}  // namespace
}  // namespace waymark::redirect::test
