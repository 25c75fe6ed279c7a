#include "common/redis/url.hpp"
#include "tests/unit/api/api_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <set>
#include <utility>

namespace waymark::tracker::test {
namespace {

using LinksTest = ApiTest;

TEST_F(LinksTest, ADestinationIsEnough) {
  const auto made = api.post("/v1/links", R"({"destination":"https://shop.example/welcome"})");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.text("object"), "link");
  EXPECT_TRUE(made.text("id").starts_with("lnk_"));
  EXPECT_EQ(made.text("host"), "*");
  EXPECT_EQ(made.text("status"), "active");
  EXPECT_EQ(made.text("code").size(), 8U);
  EXPECT_EQ(made.text("short_url"), "http://127.0.0.1:8080/" + made.text("code"));
  EXPECT_TRUE(made.json().at("campaign").is_null());
  EXPECT_EQ(made.json().at("status_code"), 302);
}

TEST_F(LinksTest, EveryFieldComesBackAsItWasGiven) {
  const auto made = api.post("/v1/links", R"({"destination":"https://shop.example/?c={click}",
    "id":"lnk_mine","code":"Anna7","host":"Go.Example.org","campaign":"camp_1","referrer":"rfr_1",
    "status":"paused","starts_at":"2026-05-02T12:00:00+02:00","expires_at":1777802400,
    "expired_url":"https://shop.example/late","max_clicks":5,"status_code":307,"query":"drop",
    "title":"T","description":"D","image":"https://shop.example/i.png","test":true})");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.text("id"), "lnk_mine");
  EXPECT_EQ(made.text("code"), "anna7") << "folded as the edge folds it";
  EXPECT_EQ(made.text("host"), "go.example.org");
  EXPECT_EQ(made.text("short_url"), "http://go.example.org/anna7");
  EXPECT_EQ(made.text("campaign"), "camp_1");
  EXPECT_EQ(made.text("referrer"), "rfr_1");
  EXPECT_EQ(made.text("status"), "paused");
  EXPECT_EQ(made.text("starts_at"), "2026-05-02T10:00:00Z");
  EXPECT_EQ(made.text("expires_at"), "2026-05-03T10:00:00Z");
  EXPECT_EQ(made.text("expired_url"), "https://shop.example/late");
  EXPECT_EQ(made.json().at("max_clicks"), 5);
  EXPECT_EQ(made.json().at("status_code"), 307);
  EXPECT_EQ(made.text("query"), "drop");
  EXPECT_EQ(made.text("title"), "T");
  EXPECT_EQ(made.text("description"), "D");
  EXPECT_EQ(made.text("image"), "https://shop.example/i.png");
  EXPECT_EQ(made.json().at("test"), true);
  EXPECT_EQ(api.get("/v1/links/lnk_mine").body, made.body);
}

TEST_F(LinksTest, ACodeIsTakenOncePerHost) {
  const std::string on_any = R"({"destination":"https://a.example/","code":"anna7"})";
  ASSERT_EQ(api.post("/v1/links", on_any).status, 201U);
  const auto again =
      api.post("/v1/links", R"({"destination":"https://b.example/","code":"ANNA7"})");
  EXPECT_EQ(again.status, 409U);
  EXPECT_EQ(again.code(), "code_taken");
  const auto elsewhere = api.post(
      "/v1/links", R"({"destination":"https://b.example/","code":"anna7","host":"go.example"})");
  EXPECT_EQ(elsewhere.status, 201U) << elsewhere.body;
}

TEST_F(LinksTest, AnIdIsTakenOnce) {
  const std::string body = R"({"destination":"https://a.example/","id":"lnk_1"})";
  ASSERT_EQ(api.post("/v1/links", body).status, 201U);
  EXPECT_EQ(api.post("/v1/links", body).code(), "id_taken");
}

TEST_F(LinksTest, AReservedWordIsNoCode) {
  ProgramRules rules;
  rules.reserved_codes = {"admin"};
  ApiSystem strict{"redis://127.0.0.1:1", rules};
  const auto refused =
      strict.post("/v1/links", R"({"destination":"https://a.example/","code":"Admin"})");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_EQ(refused.text("param"), "code");
}

TEST_F(LinksTest, ADestinationOnADomainOfOursWouldLoop) {
  ASSERT_EQ(api.post("/v1/domains", R"({"host":"go.example"})").status, 201U);
  for (const auto* destination :
       {"https://go.example/x", "http://GO.example:8080/{code}", "https://go.example./x"}) {
    const auto refused =
        api.post("/v1/links", R"({"destination":")" + std::string{destination} + "\"}");
    EXPECT_EQ(refused.status, 422U) << destination;
    EXPECT_EQ(refused.text("param"), "destination");
  }
}

// Whatever stands for the placeholders, the edge must be able to send it.
TEST_F(LinksTest, ADestinationMustNotGrowTooLong) {
  const auto make = [this](const std::string& placeholder, int count) {
    std::string url = "https://a.example/";
    for (int i = 0; i < count; ++i) url += placeholder;
    return api.post("/v1/links", R"({"destination":")" + url + "\"}");
  };
  EXPECT_EQ(make("{referrer}", 21).status, 201U);
  EXPECT_EQ(make("{click}", 127).status, 201U);
  const auto refused = make("{referrer}", 22);
  EXPECT_EQ(refused.status, 422U);
  EXPECT_EQ(refused.text("param"), "destination");
  EXPECT_NE(refused.text("detail").find("more than 4096 bytes"), std::string::npos);
}

// Each turn of the circle would be a counted click.
TEST_F(LinksTest, ADestinationOnTheBaseUrlWouldLoop) {
  ProgramRules rules;
  rules.base_url = "https://Go.example";
  ApiSystem based{"redis://127.0.0.1:1", rules};
  for (const auto* url : {"https://go.example", "https://GO.example/x", "https://go.example:443/x",
                          "http://go.example?a", "https://go.example./x"}) {
    for (const auto& [field, other] : {std::pair{"destination", ""},
                                       {"expired_url", R"("destination":"https://a.example/",)"}}) {
      const auto refused =
          based.post("/v1/links", fmt::format(R"({{{}"{}":"{}"}})", other, field, url));
      EXPECT_EQ(refused.status, 422U) << url;
      EXPECT_EQ(refused.text("param"), field) << refused.body;
    }
  }
}

TEST_F(LinksTest, WhatLiesBesideTheBaseUrlIsADestination) {
  ProgramRules rules;
  rules.base_url = "http://127.0.0.1:8080/r";
  ApiSystem based{"redis://127.0.0.1:1", rules};
  for (const auto* url :
       {"http://127.0.0.1:8081/r/x", "http://127.0.0.1/r/x", "http://127.0.0.1:8080/",
        "http://127.0.0.1:8080/rest", "http://127.0.0.2:8080/r/x"}) {
    const auto made = based.post("/v1/links", fmt::format(R"({{"destination":"{}"}})", url));
    EXPECT_EQ(made.status, 201U) << url << made.body;
  }
  EXPECT_EQ(based.post("/v1/links", R"({"destination":"http://127.0.0.1:8080/r/x"})").status, 422U);
}

TEST_F(LinksTest, PatchChangesTheStatusAndNothingElse) {
  const auto made =
      api.post("/v1/links", R"({"destination":"https://a.example/","id":"l","title":"T"})");
  const auto paused = api.patch("/v1/links/l", R"({"status":"paused"})");
  ASSERT_EQ(paused.status, 200U) << paused.body;
  EXPECT_EQ(paused.text("status"), "paused");
  EXPECT_EQ(paused.text("title"), "T");
  EXPECT_EQ(api.patch("/v1/links/l", "{}").text("status"), "paused") << "merging nothing";
  EXPECT_EQ(api.patch("/v1/links/l", R"({"status":null})").text("status"), "active");
  EXPECT_EQ(api.patch("/v1/links/none", R"({"status":"paused"})").status, 404U);
}

std::vector<std::string> ids_of(const Answer& list) {
  std::vector<std::string> ids;
  const auto json = list.json();
  for (const auto& item : json.at("data").as_array()) {
    ids.emplace_back(item.at("id").as_string());
  }
  return ids;
}

TEST_F(LinksTest, AListRunsFromTheNewestAndIsPagedBothWays) {
  for (const auto* id : {"a", "b", "c", "d", "e"}) {
    api.post("/v1/links",
             R"({"destination":"https://a.example/","id":")" + std::string{id} + "\"}");
  }
  const auto first = api.get("/v1/links?limit=2");
  EXPECT_EQ(first.text("object"), "list");
  EXPECT_EQ(first.text("url"), "/v1/links");
  EXPECT_EQ(ids_of(first), (std::vector<std::string>{"e", "d"}));
  EXPECT_EQ(first.json().at("has_more"), true);
  const auto second = api.get("/v1/links?limit=2&starting_after=d");
  EXPECT_EQ(ids_of(second), (std::vector<std::string>{"c", "b"}));
  const auto last = api.get("/v1/links?limit=2&starting_after=b");
  EXPECT_EQ(ids_of(last), (std::vector<std::string>{"a"}));
  EXPECT_EQ(last.json().at("has_more"), false);
  const auto back = api.get("/v1/links?limit=2&ending_before=b");
  EXPECT_EQ(ids_of(back), (std::vector<std::string>{"d", "c"}));
  EXPECT_EQ(back.json().at("has_more"), true);
}

TEST_F(LinksTest, AListIsFiltered) {
  api.post("/v1/links",
           R"({"destination":"https://a.example/","id":"a","campaign":"c1","code":"x"})");
  api.post("/v1/links", R"({"destination":"https://a.example/","id":"b","campaign":"c2"})");
  api.post("/v1/links",
           R"({"destination":"https://a.example/","id":"c","campaign":"c2","status":"archived"})");
  EXPECT_EQ(ids_of(api.get("/v1/links?campaign=c2")), (std::vector<std::string>{"c", "b"}));
  EXPECT_EQ(ids_of(api.get("/v1/links?campaign=c2&status=active")),
            (std::vector<std::string>{"b"}));
  EXPECT_EQ(ids_of(api.get("/v1/links?code=x&host=%2A")), (std::vector<std::string>{"a"}));
}

TEST_F(LinksTest, ChosenCodesDiffer) {
  std::set<std::string> codes;
  for (int i = 0; i < 20; ++i) {
    codes.insert(api.post("/v1/links", R"({"destination":"https://a.example/"})").text("code"));
  }
  EXPECT_EQ(codes.size(), 20U);
}

}  // namespace
}  // namespace waymark::tracker::test
