// POST /v1/attribution/resolve over HTTP, with a real store and real tokens.
#include "common/token.hpp"
#include "tests/unit/api/api_fixture.hpp"
#include "tracker/api/auth.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>

namespace waymark::tracker::test {
namespace {

namespace json = boost::json;

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

class AttributionTest : public ApiTest {
 protected:
  static constexpr std::uint64_t day_ms = 86'400'000;

  AttributionTest() {
    api.post("/v1/campaigns", R"({"id":"camp_spring","window_days":30})");
    api.post("/v1/links", R"({"id":"lnk_anna","code":"anna7","destination":"https://s.example/",
      "campaign":"camp_spring","referrer":"rfr_anna"})");
    visitor_ = ids_.next(now_ms());
  }

  // A click of the visitor through anna7, not stored yet.
  Click click(std::uint64_t days_ago, const char* referrer = "rfr_anna") {
    Click click;
    click.unix_ms = now_ms() - days_ago * day_ms;
    Uuid7Generator ids;
    click.id = ids.next(click.unix_ms);
    click.code = "anna7";
    click.link = "lnk_anna";
    click.campaign = "camp_spring";
    click.referrer = referrer;
    click.visitor = visitor_;
    return click;
  }
  static std::string token_of(const Uuid& click) {
    char token[click_token_bytes];
    write_click_token(click, test_keys()->signing(), token);
    return {token, sizeof token};
  }
  std::string cookie_of(const Click& first, const Click& last) {
    waymark::Attribution carried;
    carried.visitor = visitor_;
    carried.campaigns[0] = {
        "camp_spring", last.unix_ms / 1000 + 30 * 86'400, {first.id, "anna7"}, {last.id, "anna7"}};
    carried.campaign_count = 1;
    std::string text(limits::cookie_bytes_max, '\0');
    text.resize(static_cast<std::size_t>(
        write_attribution(carried, test_keys()->signing(), text.data()) - text.data()));
    return text;
  }
  json::object resolve(const json::object& body) {
    const auto answer = api.post("/v1/attribution/resolve", json::serialize(body));
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return answer.json().as_object();
  }
  static std::string reasons(const json::object& answer) {
    std::string text;
    for (const auto& item : answer.at("evidence").as_array()) {
      if (!text.empty()) text += ' ';
      text += item.at("reason").as_string();
    }
    return text;
  }

  Uuid7Generator ids_;
  Uuid visitor_;
};

TEST_F(AttributionTest, ATokenOfAStoredClickNamesWhoIsCredited) {
  const Click stored = click(1);
  api.store_clicks({stored});
  for (const std::string& id : {token_of(stored.id), stored.id.text()}) {
    const auto answer = resolve({{"click_id", id}});
    EXPECT_EQ(answer.at("object"), "attribution");
    EXPECT_EQ(answer.at("method"), "click_id");
    EXPECT_EQ(answer.at("state"), "final");
    EXPECT_EQ(answer.at("model"), "last");
    EXPECT_EQ(answer.at("click"), json::value(stored.id.text()));
    EXPECT_EQ(answer.at("code"), "anna7");
    EXPECT_EQ(answer.at("link"), "lnk_anna");
    EXPECT_EQ(answer.at("campaign"), "camp_spring");
    EXPECT_EQ(answer.at("referrer"), "rfr_anna");
    EXPECT_EQ(answer.at("visitor"), json::value(visitor_.text()));
    EXPECT_EQ(answer.at("window_days"), 30);
    EXPECT_EQ(reasons(answer), "won");
    const auto& campaign = answer.at("campaigns").at(0);
    EXPECT_EQ(campaign.at("within_window"), true);
    EXPECT_EQ(campaign.at("first").at("click"), json::value(stored.id.text()));
  }
}

TEST_F(AttributionTest, TheVisitorsOtherClicksTakePart) {
  const Click first = click(20);
  Click second = click(10, "rfr_bert");
  second.previous = first.id;
  Click third = click(1, "rfr_carl");
  third.previous = second.id;
  api.store_clicks({first, second, third});
  const std::string id = token_of(second.id);
  EXPECT_EQ(resolve({{"click_id", id}}).at("referrer"), "rfr_carl");
  EXPECT_EQ(resolve({{"click_id", id}, {"model", "first"}}).at("referrer"), "rfr_anna");
}

TEST_F(AttributionTest, TheCookieIsEnoughThoughNoClickIsStored) {
  const Click first = click(20), last = click(1);
  const std::string cookie = cookie_of(first, last);
  const auto answer = resolve({{"attribution_token", cookie}});
  EXPECT_EQ(answer.at("method"), "token");
  EXPECT_EQ(answer.at("state"), "final");
  EXPECT_EQ(answer.at("click"), json::value(last.id.text()));
  EXPECT_EQ(answer.at("referrer"), "rfr_anna") << "by the link with that code";
  const auto by_first = resolve({{"attribution_token", cookie}, {"model", "first"}});
  EXPECT_EQ(by_first.at("click"), json::value(first.id.text()));

  const auto both = resolve({{"click_id", token_of(last.id)}, {"attribution_token", cookie}});
  EXPECT_EQ(both.at("method"), "click_id");
  EXPECT_EQ(both.at("state"), "final") << "the cookie says what the click is";
}

TEST_F(AttributionTest, AClickThatIsNotDrainedYetIsAwaited) {
  const Click undrained = click(0);
  const auto early = resolve({{"click_id", token_of(undrained.id)}});
  EXPECT_EQ(early.at("method"), "organic");
  EXPECT_EQ(early.at("state"), "awaiting_click");
  EXPECT_EQ(reasons(early), "awaiting_click");
  EXPECT_TRUE(early.at("referrer").is_null());
  EXPECT_EQ(reasons(resolve({{"click_id", undrained.id.text()}})), "unknown")
      << "an id alone proves nothing";
  api.store_clicks({undrained});
  EXPECT_EQ(resolve({{"click_id", token_of(undrained.id)}}).at("referrer"), "rfr_anna");
}

TEST_F(AttributionTest, WhatIsForgedOrNotEligibleSaysSo) {
  Click bot = click(1);
  bot.bot = "tool";
  Click test = click(1);
  test.test = true;
  const Click old = click(31);
  api.store_clicks({bot, test, old});
  std::string forged = token_of(old.id);
  forged[0] = forged[0] == 'A' ? 'B' : 'A';
  EXPECT_EQ(reasons(resolve({{"click_id", forged}})), "forged");
  EXPECT_EQ(reasons(resolve({{"click_id", "nonsense"}})), "forged");
  EXPECT_EQ(reasons(resolve({{"attribution_token", "1.k1.x.y"}})), "forged");
  EXPECT_EQ(reasons(resolve({{"click_id", token_of(bot.id)}})), "bot");
  EXPECT_EQ(reasons(resolve({{"click_id", token_of(test.id)}})), "mode_mismatch");
  EXPECT_EQ(reasons(resolve({{"click_id", token_of(test.id)}, {"test", true}})), "won");
  EXPECT_EQ(reasons(resolve({{"click_id", token_of(old.id)}})), "expired");
  EXPECT_EQ(reasons(resolve({{"click_id", token_of(bot.id)}, {"campaign", "camp_y"}})), "bot");
  const auto then = static_cast<std::int64_t>(old.unix_ms / 1000 + 86'400);
  EXPECT_EQ(reasons(resolve({{"click_id", token_of(old.id)}, {"occurred_at", then}})), "won");
}

TEST_F(AttributionTest, NothingToGoByIsOrganic) {
  const auto answer = resolve({{"click_id", nullptr}, {"attribution_token", ""}});
  EXPECT_EQ(answer.at("method"), "organic");
  EXPECT_EQ(answer.at("state"), "final");
  EXPECT_TRUE(answer.at("evidence").as_array().empty());
  for (const char* member :
       {"click", "clicked_at", "code", "link", "campaign", "referrer", "visitor", "window_days"}) {
    EXPECT_TRUE(answer.at(member).is_null()) << member;
  }
}

TEST_F(AttributionTest, AClickWithoutAVisitorIsCreditedAllTheSame) {
  Click click = this->click(1);
  click.visitor.reset();
  api.store_clicks({click});
  const auto answer = resolve({{"click_id", token_of(click.id)}});
  EXPECT_EQ(answer.at("referrer"), "rfr_anna");
  EXPECT_TRUE(answer.at("visitor").is_null());
}

TEST_F(AttributionTest, MistakesAreProblems) {
  EXPECT_EQ(api.post("/v1/attribution/resolve", "{}").code(), "validation_failed");
  EXPECT_EQ(api.post("/v1/attribution/resolve", R"({"click_id":7})").code(), "validation_failed");
  EXPECT_EQ(api.post("/v1/attribution/resolve", R"({"click_id":"x","model":"linear"})").code(),
            "validation_failed");
  EXPECT_EQ(api.post("/v1/attribution/resolve", R"({"click":"x"})").code(), "unknown_parameter");
  EXPECT_EQ(api.get("/v1/attribution/resolve").code(), "method_not_allowed");
  ApiSystem keyless{"redis://127.0.0.1:1", {}, nullptr};
  EXPECT_EQ(keyless.post("/v1/attribution/resolve", R"({"click_id":"x"})").status, 422U);
}

TEST_F(AttributionTest, AKeyThatMayOnlyResolveIsEnoughAndTheDrainIsNotHeldUp) {
  const std::string restricted = "rk_test_0123456789abcdefghijklmn";
  api.with_store([&](Store& store) {
    ApiKeyRow row;
    row.id = "key_1";
    row.kind = "restricted";
    row.scopes = "attribution:read";
    row.hash = hash_of(restricted);
    ASSERT_TRUE(store.insert_api_key(row));
  });
  const Headers as_merchant{{"Authorization", "Bearer " + restricted}};
  EXPECT_EQ(api.post("/v1/attribution/resolve", R"({"click_id":null})", as_merchant).status, 200U);
  EXPECT_EQ(api.post("/v1/links", "{}", as_merchant).code(), "insufficient_scope");
  ApiRequest request;
  request.method = "POST";
  request.target = "/v1/attribution/resolve";
  EXPECT_FALSE(Api::needs_writer(request));
  request.target = "/v1/links";
  EXPECT_TRUE(Api::needs_writer(request));
}

}  // namespace
}  // namespace waymark::tracker::test
