// Who is credited: the rules alone (attribution.hpp), as clicks that are offered.
#include "tracker/program/attribution.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace waymark::tracker::test {
namespace {

constexpr std::uint64_t noon_ms = 1'777'716'000'000;
constexpr std::uint64_t day_ms = 86'400'000;

Uuid id_of(char name) {
  Uuid id;
  id.bytes[0] = static_cast<std::uint8_t>(name);
  return id;
}

// A click of visitor v on a link of referrer `name`, so many days before noon.
Candidate click(char name, std::uint64_t days_ago) {
  Candidate candidate;
  candidate.click = id_of(name);
  candidate.unix_ms = noon_ms - days_ago * day_ms;
  candidate.campaign = "camp_x";
  candidate.referrer = std::string{"rfr_"} + name;
  candidate.visitor = id_of('v');
  candidate.window_ms = 60 * day_ms;
  return candidate;
}
Candidate named(Candidate candidate) {
  candidate.named = true;
  return candidate;
}
Candidate in_token(Candidate candidate) {
  candidate.source = EvidenceSource::token;
  return candidate;
}
Candidate of_campaign(std::string campaign, Candidate candidate) {
  candidate.campaign = std::move(campaign);
  return candidate;
}
Candidate because(EvidenceReason reason, Candidate candidate) {
  candidate.reason = reason;
  return candidate;
}

struct Ask {
  AttributionQuestion question{.occurred_ms = noon_ms};
  AttributionResult result{};

  // "rfr_a by click_id", or "organic".
  std::string credited(AttributionModel model, std::vector<Candidate> evidence) {
    question.model = model;
    result = attribute(question, std::move(evidence));
    if (!result.winner) return "organic";
    return result.evidence[*result.winner].referrer + " by " + std::string{to_text(result.method)};
  }
  std::string first(std::vector<Candidate> evidence) {
    return credited(AttributionModel::first, std::move(evidence));
  }
  std::string last(std::vector<Candidate> evidence) {
    return credited(AttributionModel::last, std::move(evidence));
  }
  std::string reasons() const {
    std::string text;
    for (const Candidate& candidate : result.evidence) {
      if (!text.empty()) text += ' ';
      text += to_text(candidate.reason);
    }
    return text;
  }
};

TEST(AttributionRules, OneClickIsCreditedByEitherModel) {
  Ask ask;
  EXPECT_EQ(ask.first({named(click('a', 1))}), "rfr_a by click_id");
  EXPECT_EQ(ask.last({named(click('a', 1))}), "rfr_a by click_id");
  EXPECT_EQ(ask.reasons(), "won");
}

TEST(AttributionRules, TheModelChoosesAmongTheVisitorsClicks) {
  Ask ask;
  EXPECT_EQ(ask.first({named(click('b', 1)), click('a', 9)}), "rfr_a by click_id");
  EXPECT_EQ(ask.reasons(), "superseded_by_model won");
  EXPECT_EQ(ask.last({named(click('b', 1)), click('a', 9)}), "rfr_b by click_id");
  EXPECT_EQ(ask.reasons(), "won superseded_by_model");
  // The page was given the older click; the visitor came again through another link.
  EXPECT_EQ(ask.last({named(click('a', 9)), click('b', 1)}), "rfr_b by click_id");
}

TEST(AttributionRules, TheWindowHoldsToTheMillisecond) {
  Ask ask;
  EXPECT_EQ(ask.last({named(click('a', 60))}), "rfr_a by click_id");
  Candidate late = click('a', 60);
  --late.unix_ms;
  EXPECT_EQ(ask.last({named(late)}), "organic");
  EXPECT_EQ(ask.reasons(), "expired");
  EXPECT_EQ(ask.first({named(click('b', 1)), late}), "rfr_b by click_id");
}

TEST(AttributionRules, AClockMayBeFiveMinutesAhead) {
  Ask ask;
  Candidate ahead = click('a', 0);
  ahead.unix_ms += event_slack_ms;
  EXPECT_EQ(ask.last({named(ahead)}), "rfr_a by click_id");
  ++ahead.unix_ms;
  EXPECT_EQ(ask.last({named(ahead)}), "organic");
  EXPECT_EQ(ask.reasons(), "after_event");
}

TEST(AttributionRules, TheCookieAloneIsEnough) {
  Ask ask;
  const std::vector<Candidate> touches{in_token(click('b', 1)), in_token(click('a', 9))};
  EXPECT_EQ(ask.first(touches), "rfr_a by token");
  EXPECT_EQ(ask.last(touches), "rfr_b by token");
}

TEST(AttributionRules, OfSeveralCampaignsTheNewestUnlessOneIsNamed) {
  Ask ask;
  const std::vector<Candidate> touches{in_token(click('b', 1)),
                                       in_token(of_campaign("camp_y", click('c', 2)))};
  EXPECT_EQ(ask.last(touches), "rfr_b by token");
  EXPECT_EQ(ask.reasons(), "won lower_rank");
  ask.question.campaign = "camp_y";
  EXPECT_EQ(ask.last(touches), "rfr_c by token");
  EXPECT_EQ(ask.reasons(), "other_campaign won");
  ask.question.campaign = "camp_z";
  EXPECT_EQ(ask.last(touches), "organic");
}

TEST(AttributionRules, TheClickOutranksTheCookieOfAnotherVisitor) {
  Ask ask;
  Candidate other = in_token(click('b', 0));
  other.visitor = id_of('w');
  EXPECT_EQ(ask.last({named(click('a', 1)), other}), "rfr_a by click_id");
  EXPECT_EQ(ask.reasons(), "won lower_rank");
}

TEST(AttributionRules, TheCookieOfTheSameVisitorTellsTheRest) {
  Ask ask;
  EXPECT_EQ(ask.first({named(click('b', 1)), in_token(click('b', 1)), in_token(click('a', 9))}),
            "rfr_a by click_id");
  EXPECT_EQ(ask.reasons(), "superseded_by_model lower_rank won");
  Candidate anonymous = named(click('b', 1));
  anonymous.visitor.reset();
  EXPECT_EQ(ask.first({anonymous, in_token(click('a', 9))}), "rfr_b by click_id");
}

TEST(AttributionRules, ABotsClickFallsBackToTheCookie) {
  Ask ask;
  Candidate bot = named(click('a', 1));
  bot.bot = "scanner";
  EXPECT_EQ(ask.last({bot, click('c', 2), in_token(click('b', 3))}), "rfr_b by token");
  EXPECT_EQ(ask.reasons(), "bot won") << "clicks known through the bot's count for nothing";
}

TEST(AttributionRules, APrefetchedPageMayBeTheOneThatWasShown) {
  Ask ask;
  Candidate prefetch = named(click('a', 1));
  prefetch.bot = "prefetch";
  EXPECT_EQ(ask.last({prefetch}), "rfr_a by click_id");
}

TEST(AttributionRules, WhoNeverLandedIsNotCredited) {
  Ask ask;
  Candidate paused = named(click('a', 1));
  paused.outcome = "paused";
  EXPECT_EQ(ask.last({paused}), "organic");
  EXPECT_EQ(ask.reasons(), "not_landed");
}

TEST(AttributionRules, TestModeAndRealEventsDoNotMix) {
  Ask ask;
  Candidate test = named(click('a', 1));
  test.test = true;
  EXPECT_EQ(ask.last({test}), "organic");
  EXPECT_EQ(ask.reasons(), "mode_mismatch");
  ask.question.test = true;
  EXPECT_EQ(ask.last({test}), "rfr_a by click_id");
  EXPECT_EQ(ask.last({named(click('a', 1))}), "organic");
}

TEST(AttributionRules, WhatDoesNotVerifyLeavesTheRestAlone) {
  Ask ask;
  EXPECT_EQ(ask.last({because(EvidenceReason::forged, named({})), in_token(click('b', 1))}),
            "rfr_b by token");
  EXPECT_EQ(ask.reasons(), "forged won");
  EXPECT_FALSE(ask.result.awaiting_click);
  EXPECT_EQ(ask.last({because(EvidenceReason::unknown, named(click('a', 1)))}), "organic");
  EXPECT_EQ(ask.reasons(), "unknown");
}

TEST(AttributionRules, AClickThatIsNotStoredYetIsAwaited) {
  Ask ask;
  const Candidate awaited = because(EvidenceReason::awaiting_click, named(click('a', 0)));
  EXPECT_EQ(ask.last({awaited}), "organic");
  EXPECT_TRUE(ask.result.awaiting_click);
  EXPECT_EQ(ask.last({awaited, in_token(click('b', 1))}), "rfr_b by token")
      << "until then by what there is";
  EXPECT_TRUE(ask.result.awaiting_click);
}

TEST(AttributionRules, EachCampaignShowsItsFirstAndLastTouch) {
  Ask ask;
  ask.last({named(click('b', 1)), click('a', 9), of_campaign("camp_old", click('c', 70)),
            of_campaign("camp_old", click('d', 80)), of_campaign("", click('e', 1))});
  ASSERT_EQ(ask.result.journeys.size(), 2U);
  const Journey& now = ask.result.journeys[0];
  EXPECT_EQ(now.campaign, "camp_x");
  EXPECT_TRUE(now.within_window);
  EXPECT_EQ(ask.result.evidence[now.first].referrer, "rfr_a");
  EXPECT_EQ(ask.result.evidence[now.last].referrer, "rfr_b");
  const Journey& old = ask.result.journeys[1];
  EXPECT_FALSE(old.within_window);
  EXPECT_EQ(ask.result.evidence[old.first].referrer, "rfr_d");
  EXPECT_EQ(ask.result.evidence[old.last].referrer, "rfr_c");
}

TEST(AttributionRules, WithoutEvidenceItIsOrganic) {
  Ask ask;
  EXPECT_EQ(ask.last({}), "organic");
}

}  // namespace
}  // namespace waymark::tracker::test
