// When a visitor is marked and recognized (design 3.2, 3.3): what the browser says, what the
// campaign wants and what the visitor agreed to, row by row; and what the cookie then carries.
#include "redirect/decide/consent.hpp"
#include "redirect/decide/cookies.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect::test {
namespace {

constexpr std::uint64_t day_ms = 86'400'000;
constexpr CookiePolicy always = CookiePolicy::always, consent = CookiePolicy::consent,
                       never = CookiePolicy::never;

// --- consent ---

struct ConsentRow {
  const char* setting;
  const char* value;
  bool agreed;
};

class Consent : public testing::TestWithParam<ConsentRow> {};

TEST_P(Consent, IsReadFromWhatBannersWrite) {
  const auto [setting, value, agreed] = GetParam();
  EXPECT_TRUE(is_consent_setting(setting));
  EXPECT_EQ(tells_consent(value, consent_question(setting).purpose), agreed) << value;
}

// What says yes beyond doubt, and nothing else.
TEST(ConsentWords, UnknownOnesAreNoConsent) {
  for (const char* yes :
       {"1", "yes", "true", "TRUE", "on", "all", "allow", "allowed", "accept", "Accepted", "agree",
        "agreed", "grant", "granted", "\"all\"", "%22yes%22", "'true'", "%201", "yes+"}) {
    EXPECT_TRUE(tells_consent(yes)) << yes;
    EXPECT_TRUE(tells_consent("marketing:" + std::string{yes}, "marketing")) << yes;
  }
  for (const char* no : {"",
                         "0",
                         "no",
                         "false",
                         "FALSE",
                         "\"false\"",
                         "off",
                         "none",
                         "deny",
                         "Denied",
                         "dismiss",
                         "dismissed",
                         "declined",
                         "rejected",
                         "refuse",
                         "null",
                         "undefined",
                         "pending",
                         "unset",
                         "not_set",
                         "wait",
                         "essential",
                         "necessary",
                         "withdrawn",
                         "revoked",
                         "disagree",
                         "disallow",
                         "opt-out",
                         "optout",
                         "disabled",
                         "n",
                         "f",
                         "-1",
                         "10",
                         "1.0",
                         "november",
                         "{}",
                         "%22%22",
                         "%",
                         "not+1",
                         "true-ish",
                         "untrue",
                         "2026-05-02T10:00:00Z",
                         "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"}) {
    EXPECT_FALSE(tells_consent(no)) << no;
    EXPECT_FALSE(tells_consent("marketing:" + std::string{no}, "marketing")) << no;
  }
  EXPECT_FALSE(tells_consent("yes,no"));
  EXPECT_FALSE(tells_consent("necessary:true,marketing:true")) << "consent to what?";
}

// As their tools write them, and by the name of the cookie alone.
constexpr const char* cookiebot = "CookieConsent";
constexpr const char* one_trust = "OptanonConsent";
constexpr const char* cookie_yes = "cookieyes-consent";
INSTANTIATE_TEST_SUITE_P(
    Tools, Consent,
    testing::Values(
        ConsentRow{cookiebot,
                   "{stamp:%27oJ35SLjkzW4RaUoGqC9nv0TjIDn9KP4raUYB5i2R9p0pT/40h2LtBg==%27%2C"
                   "necessary:true%2Cpreferences:false%2Cstatistics:false%2Cmarketing:true%2C"
                   "method:%27explicit%27%2Cver:1%2Cutc:1666875104776%2Cregion:%27gb%27}",
                   true},
        ConsentRow{cookiebot,
                   "{stamp:%27x==%27%2Cnecessary:true%2Cpreferences:true%2Cstatistics:true%2C"
                   "marketing:false%2Cmethod:%27explicit%27%2Cver:1%2Cutc:1666875104776}",
                   false},
        ConsentRow{cookiebot, "0", false}, ConsentRow{cookiebot, "-1", false},
        ConsentRow{one_trust,
                   "isGpcEnabled=0&datestamp=Thu+Apr+21+2022+14%3A44%3A54+GMT&version=6.24.0&"
                   "isIABGlobal=false&hosts=&consentId=ac8e8e9c&interactionCount=1&"
                   "groups=C0001%3A1%2CC0002%3A0%2CC0004%3A1&AwaitingReconsent=false",
                   true},
        ConsentRow{one_trust, "isIABGlobal=false&groups=C0001:1,C0002:1,C0003:1,C0004:0", false},
        ConsentRow{one_trust, "isIABGlobal=false&groups=C0001:1,C0002:1,C0003:1", false},
        ConsentRow{one_trust, "landingPath=https://a.example/?C0004:1&groups=C0004:0", false},
        ConsentRow{"OptanonConsent:C0002", "groups=C0001:1,C0002:1,C0004:0", true},
        ConsentRow{cookie_yes,
                   "consentid:QkMz,consent:yes,action:yes,necessary:yes,functional:no,"
                   "analytics:no,performance:no,advertisement:yes,other:no",
                   true},
        ConsentRow{cookie_yes, "consentid:QkMz,consent:yes,action:yes,advertisement:no", false},
        ConsentRow{"cmplz_marketing", "allow", true}, ConsentRow{"cmplz_marketing", "deny", false},
        ConsentRow{"tarteaucitron", "!gtag=false!waymark=true", true},
        ConsentRow{"tarteaucitron", "!gtag=true!waymark=wait", false},
        ConsentRow{"tarteaucitron:gtag", "!gtag=true!waymark=wait", true},
        ConsentRow{"klaro", "%7B%22waymark%22%3Atrue%2C%22google-analytics%22%3Afalse%7D", true},
        ConsentRow{"klaro", "%7B%22waymark%22%3Afalse%2C%22google-analytics%22%3Atrue%7D", false},
        ConsentRow{"klaro:google-analytics", "%7B%22google-analytics%22%3Atrue%7D", true}));

// Purposes that only look like the one that is asked for, and values that are none.
INSTANTIATE_TEST_SUITE_P(
    Lists, Consent,
    testing::Values(ConsentRow{"a:marketing", "{ \"marketing\" : \"granted\" }", true},
                    ConsentRow{"a:marketing", "%5C%22marketing%5C%22%3A1", true},
                    ConsentRow{"a:marketing", "marketing=1; x", true},
                    ConsentRow{"a:marketing", "telemarketing:true", false},
                    ConsentRow{"a:marketing", "no-marketing:true", false},
                    ConsentRow{"a:marketing", "\"no marketing\":true", false},
                    ConsentRow{"a:marketing", "\xc3\xa9marketing:true", false},
                    ConsentRow{"a:marketing", "marketing-emails:true", false},
                    ConsentRow{"a:marketing", "Marketing:true", false},
                    ConsentRow{"a:marketing", "{\"marketing\":{\"accepted\":false}}", false},
                    ConsentRow{"a:marketing", "{\"marketing\":[\"true\"]}", false},
                    ConsentRow{"a:marketing", "[\"necessary\",\"marketing\"],true", false},
                    ConsentRow{"a:marketing", "marketing:true,ads:{marketing:false}", false},
                    ConsentRow{"a:marketing", "marketing", false},
                    ConsentRow{"a:marketing", "marketing:", false},
                    ConsentRow{"a:marketing", "", false}));

TEST(ConsentSetting, IsANameOrANameAndAPurpose) {
  for (const char* good :
       {"", "agreed", "cmplz_marketing", "__Host-a!b", "a:marketing", "a:C0004"}) {
    EXPECT_TRUE(is_consent_setting(good)) << good;
  }
  for (const char* bad : {"wm_ref", "wm_ref:a", "agreed=1", "our banner", "a:", ":a", ":", "a:b:c",
                          "a:b c", "\xc3\xa9"}) {
    EXPECT_FALSE(is_consent_setting(bad)) << bad;
  }
}

TEST(ConsentCookie, NobodyHasAgreedWhereNoCookieIsNamed) {
  Desk desk;
  CampaignRecord campaign;
  campaign.cookies = consent;
  const auto link = link_to("https://shop.example/", campaign);
  EXPECT_TRUE(desk.decide(Visit{"/a", "Cookie: =1; consent=1; agreed=1\r\n"}, *link).anonymous);
}

// --- who is marked ---

struct PolicyRow {
  CookiePolicy policy;
  const char* fields;
  bool cookie;     // is set
  bool known;      // a returning visitor is recognized
  bool anonymous;  // nothing that could name the visitor is made
};

class Policies : public testing::TestWithParam<PolicyRow> {};

TEST_P(Policies, DecideAboutCookieAndVisitor) {
  Desk desk;
  desk.rules.consent = "agreed";
  const std::string returning =
      cookie_line(desk.answer(Visit{"/a"}, *link_to("https://s.example/")));
  CampaignRecord campaign;
  campaign.cookies = GetParam().policy;
  const auto link = link_to("https://shop.example/", campaign);
  const std::string fields = GetParam().fields;

  const Visit first{"/a", fields};
  const Decision decision = desk.decide(first, *link);
  EXPECT_EQ(decision.set_cookie, GetParam().cookie);
  EXPECT_EQ(decision.anonymous, GetParam().anonymous);
  EXPECT_EQ(decision.visitor.has_value(), GetParam().cookie);
  EXPECT_EQ(landing_of(desk, desk.render(first, *link, decision)),
            "https://shop.example/?wm_click=")
      << "the token is in the URL in any case";

  const Visit second{"/a", fields + returning};
  EXPECT_EQ(desk.decide(second, *link).previous.has_value(), GetParam().known);
}

INSTANTIATE_TEST_SUITE_P(
    Campaign, Policies,
    testing::Values(PolicyRow{always, "", true, true, false},
                    PolicyRow{consent, "", false, false, true},
                    PolicyRow{consent, "Cookie: agreed=1\r\n", true, true, false},
                    PolicyRow{consent, "Cookie: agreed=0\r\n", false, false, true},
                    PolicyRow{consent, "Cookie: agreed=\r\n", false, false, true},
                    PolicyRow{consent, "Cookie: xagreed=1\r\n", false, false, true},
                    PolicyRow{consent, "Cookie: Agreed=1\r\n", false, false, true},
                    PolicyRow{consent, "Cookie: agreed=1; agreed=0\r\n", false, false, true},
                    PolicyRow{consent, "Cookie: agreed=0; agreed=1\r\n", false, false, true},
                    PolicyRow{consent, "Cookie: agreed=1; agreed=yes\r\n", true, true, false},
                    PolicyRow{never, "Cookie: agreed=1\r\n", false, false, false}));

INSTANTIATE_TEST_SUITE_P(
    OptedOut, Policies,
    testing::Values(PolicyRow{always, "Sec-GPC: 1\r\n", false, false, true},
                    PolicyRow{always, "Sec-GPC: 0\r\n", true, true, false},
                    PolicyRow{always, "Sec-GPC: 1\r\nSec-GPC: 0\r\n", false, false, true},
                    PolicyRow{consent, "Sec-GPC: 1\r\nCookie: agreed=1\r\n", false, false, true},
                    PolicyRow{never, "Sec-GPC: 1\r\n", false, false, true}));

// A click that is no navigation of a person leaves the browser as it was.
INSTANTIATE_TEST_SUITE_P(
    NoNavigation, Policies,
    testing::Values(PolicyRow{always, "Sec-Fetch-Dest: image\r\n", false, true, false},
                    PolicyRow{always, "Sec-Fetch-Dest: iframe\r\nSec-Fetch-Mode: navigate\r\n",
                              false, true, false},
                    PolicyRow{always, "Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\n", false,
                              true, false},
                    PolicyRow{always, "Sec-Fetch-Dest: script\r\nSec-Fetch-Mode: no-cors\r\n",
                              false, true, false},
                    PolicyRow{always, "Sec-Fetch-Dest: object\r\nSec-Fetch-Mode: navigate\r\n",
                              false, true, false},
                    PolicyRow{always, "Sec-Purpose: prefetch;prerender\r\n", false, true, false},
                    PolicyRow{always, "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n",
                              true, true, false}));

// --- what the cookie carries ---

class Touches : public testing::Test {
 protected:
  Decision click(const char* code, const char* campaign) {
    LinkRecord record;
    record.destination = "https://shop.example/";
    record.campaign = campaign;
    link_ = resolve_link(code, std::move(record), resolve_campaign(campaign, {}, true));
    const Visit visit{"/" + std::string{code}, cookie_};
    const Decision decision = desk.decide(visit, *link_);
    cookie_ = cookie_line(desk.render(visit, *link_, decision));
    desk.now_ms += day_ms;
    return decision;
  }
  // What stands in the cookie that the browser now holds.
  Attribution carried() {
    const Visit visit{"/x", cookie_};
    std::string_view cookie;
    for_each_cookie(*visit, "wm_ref", [&cookie](std::string_view value) {
      cookie = value;
      return false;
    });
    const auto read = verify_attribution(cookie, desk.keys, buffer_);
    EXPECT_TRUE(read);
    return read ? *read : Attribution{};
  }

  Desk desk;
  std::string cookie_;
  std::shared_ptr<const ResolvedLink> link_;
  AttributionBuffer buffer_;
};

TEST_F(Touches, TheFirstStaysAndTheLastMoves) {
  const Decision a = click("anna", "camp_spring");
  click("bert", "camp_spring");
  const Decision c = click("carl", "camp_spring");
  const Attribution now = carried();
  ASSERT_EQ(now.campaign_count, 1U);
  EXPECT_EQ(now.visitor, *a.visitor);
  EXPECT_EQ(now.campaigns[0].first.click, a.click);
  EXPECT_EQ(now.campaigns[0].first.code, "anna");
  EXPECT_EQ(now.campaigns[0].last.click, c.click);
  EXPECT_EQ(now.campaigns[0].last.code, "carl");
}

TEST_F(Touches, ThreeCampaignsAreKeptNewestFirst) {
  click("anna", "camp_1");
  click("bert", "camp_2");
  click("carl", "camp_3");
  click("anna", "camp_1");
  click("dora", "camp_4");
  const Attribution now = carried();
  ASSERT_EQ(now.campaign_count, 3U);
  EXPECT_EQ(now.campaigns[0].campaign, "camp_4");
  EXPECT_EQ(now.campaigns[1].campaign, "camp_1");
  EXPECT_EQ(now.campaigns[2].campaign, "camp_3");
}

TEST_F(Touches, AnEmbeddedLinkNeitherMovesNorReplacesThem) {
  const Decision a = click("anna", "camp_spring");
  const Visit stuffed{"/evil", "Sec-Fetch-Dest: image\r\n" + cookie_};
  EXPECT_EQ(header_of(desk.answer(stuffed, *link_), "Set-Cookie"), "");
  EXPECT_EQ(carried().campaigns[0].last.click, a.click);
}

// A domain was given its `cookie_domain`: browsers go on sending the cookie from before as well,
// and send it first. A host nearby may also have set one that is not ours.
TEST_F(Touches, OfSeveralCookiesTheOneWithTheLatestClickHolds) {
  const std::string theme = "Cookie: theme=dark; ";
  const auto value = [&] {
    return cookie_.substr(theme.size(), cookie_.find("; lang") - theme.size());
  };
  const auto send = [&](const std::string& cookies) { cookie_ = "Cookie: " + cookies + "\r\n"; };
  click("anna", "camp_spring");
  const std::string older = value();
  desk.now_ms -= day_ms;  // within the same millisecond
  const Decision b = click("bert", "camp_spring");
  const std::string newer = value();
  cookie_.clear();
  click("dora", "");
  const std::string bare = value();
  for (const std::string& cookies :
       {older + "; " + newer, newer + "; " + older, "wm_ref=planted; " + newer,
        bare + "; " + newer + "; wm_ref=", newer + "; " + bare, older + "\r\nCookie: " + newer}) {
    send(cookies);
    EXPECT_EQ(click("carl", "camp_spring").previous, b.click) << cookies;
  }
  send("wm_ref=a; wm_ref=1.k1.b.c; wm_ref=; wm_ref=1.k9.d.e; wm_ref=x; " + newer);
  EXPECT_EQ(click("carl", "camp_spring").previous, b.click) << "what has no form costs nothing";
  std::string forged = newer;
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  send(forged + "; " + forged + "; " + forged + "; " + newer);
  EXPECT_EQ(click("carl", "camp_spring").previous, b.click);
  send(forged + "; " + forged + "; " + forged + "; " + forged + "; " + newer);
  EXPECT_TRUE(click("carl", "camp_spring").new_visitor) << "no more than four MACs are computed";
}

TEST_F(Touches, WhatHasEndedIsForgottenByAnyClick) {
  click("anna", "camp_spring");
  desk.now_ms += 60 * day_ms;
  click("dora", "");
  EXPECT_EQ(carried().campaign_count, 0U);
}

// Rotation: a key that only verifies still recognizes; what is written is signed by the first.
TEST_F(Touches, AnOlderKeyRecognizesAndTheNewestSigns) {
  const Decision a = click("anna", "camp_spring");
  const std::array<std::uint8_t, 32> secret{9, 9, 9};
  desk.keys = KeyRing{{SigningKey{"k2", HmacKey{secret}}, test_keys().signing()}};
  const Decision b = click("bert", "camp_spring");
  EXPECT_EQ(b.visitor, a.visitor);
  EXPECT_NE(cookie_.find("wm_ref=1.k2."), std::string::npos);
  desk.keys = KeyRing{{SigningKey{"k2", HmacKey{secret}}}};
  EXPECT_EQ(click("carl", "camp_spring").visitor, a.visitor);
}

}  // namespace
}  // namespace waymark::redirect::test
