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
  const char* value;
  bool agreed;
};

class Consent : public testing::TestWithParam<ConsentRow> {};

TEST_P(Consent, IsReadFromWhatBannersWrite) {
  EXPECT_EQ(tells_consent(GetParam().value), GetParam().agreed) << GetParam().value;
}

INSTANTIATE_TEST_SUITE_P(
    OneWord, Consent,
    testing::Values(ConsentRow{"1", true}, ConsentRow{"yes", true}, ConsentRow{"true", true},
                    ConsentRow{"allow", true}, ConsentRow{"granted", true},
                    ConsentRow{"accepted", true}, ConsentRow{"\"all\"", true},
                    ConsentRow{"2026-05-02T10:00:00Z", true}, ConsentRow{"10", true},
                    ConsentRow{"november", true}, ConsentRow{"", false}, ConsentRow{"0", false},
                    ConsentRow{"no", false}, ConsentRow{"false", false}, ConsentRow{"FALSE", false},
                    ConsentRow{"\"false\"", false}, ConsentRow{"off", false},
                    ConsentRow{"none", false}, ConsentRow{"deny", false},
                    ConsentRow{"Denied", false}, ConsentRow{"dismiss", false},
                    ConsentRow{"declined", false}, ConsentRow{"rejected", false},
                    ConsentRow{"refuse", false}, ConsentRow{"{}", false},
                    ConsentRow{"%22%22", false}, ConsentRow{"%", false}));

INSTANTIATE_TEST_SUITE_P(
    Lists, Consent,
    testing::Values(ConsentRow{"necessary:true,statistics:true,marketing:true", true},
                    ConsentRow{"necessary:true,statistics:true,marketing:false", false},
                    ConsentRow{"%7B%22analytics%22%3Atrue%2C%22ads%22%3Atrue%7D", true},
                    ConsentRow{"%7B%22analytics%22%3Atrue%2C%22ads%22%3Afalse%7D", false},
                    ConsentRow{"groups=C0001%3A1%2CC0002%3A0", false},
                    ConsentRow{"consent:yes,necessary:yes,advertisement:no", false}));

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
  desk.rules.consent_cookie = "agreed";
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
  send("wm_ref=a; wm_ref=b; wm_ref=c; wm_ref=d; " + newer);
  EXPECT_TRUE(click("carl", "camp_spring").new_visitor) << "no more than four are looked at";
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
