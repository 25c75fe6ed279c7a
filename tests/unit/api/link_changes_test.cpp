// Links that are changed: fields merged, codes given up and taken back, rules, and where they lead.
#include "tests/unit/api/api_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace waymark::tracker::test {
namespace {

class LinkChangesTest : public ApiTest {
 protected:
  LinkChangesTest() { make("l", "anna7"); }

  Answer make(const std::string& id, const std::string& code) {
    auto made =
        api.post("/v1/links", fmt::format(R"({{"destination":"https://a.example/{0}","id":"{0}",)"
                                          R"("code":"{1}"}})",
                                          id, code));
    EXPECT_EQ(made.status, 201U) << made.body;
    return made;
  }
  Answer change(const std::string& body) { return api.patch("/v1/links/l", body); }
  std::string aliases(const std::string& id = "l") {
    return boost::json::serialize(api.get("/v1/links/" + id).json().at("aliases"));
  }
  std::string found_by(const std::string& code) {
    const auto list = api.get("/v1/links?code=" + code).json();
    const auto& data = list.at("data").as_array();
    return data.empty() ? "" : std::string{data[0].at("id").as_string()};
  }
};

TEST_F(LinkChangesTest, EveryFieldIsMergedAndNullClears) {
  const auto changed = change(R"({"destination":"https://b.example/","campaign":"c","referrer":"r",
    "status":"paused","starts_at":1777802400,"expires_at":"2027-01-01T00:00:00Z",
    "expired_url":"https://b.example/late","max_clicks":5,"status_code":307,"query":"drop",
    "title":"T","description":"D","image":"https://b.example/i.png","test":true,
    "rules":[{"destination":"https://b.example/rule"}]})");
  ASSERT_EQ(changed.status, 200U) << changed.body;
  EXPECT_EQ(api.get("/v1/links/l").body, changed.body);
  const auto merged = change(R"({"title":"U"})").json();
  EXPECT_EQ(merged.at("title"), "U");
  EXPECT_EQ(merged.at("destination"), "https://b.example/");
  EXPECT_EQ(merged.at("max_clicks"), 5);
  EXPECT_EQ(merged.at("rules").at(0).at("destination"), "https://b.example/rule");

  const auto cleared = change(R"({"campaign":null,"referrer":null,"status":null,"starts_at":null,
    "expires_at":null,"expired_url":null,"max_clicks":null,"status_code":null,"query":null,
    "title":null,"description":null,"image":null,"test":null,"rules":null,
    "destination":"https://a.example/l"})");
  ASSERT_EQ(cleared.status, 200U) << cleared.body;
  make("m", "fresh");
  auto fresh = api.get("/v1/links/m").json().as_object();
  auto plain = cleared.json().as_object();
  for (const auto* own : {"id", "code", "short_url", "destination", "created_at", "updated_at"}) {
    fresh.erase(own);
    plain.erase(own);
  }
  EXPECT_EQ(boost::json::serialize(plain), boost::json::serialize(fresh)) << "defaults again";
}

TEST_F(LinkChangesTest, WhatWasReadCanBeSentBackAndChangesNothing) {
  const auto read = api.get("/v1/links/l").json();
  EXPECT_EQ(change(R"({"id":"l","host":"*","code":"ANNA7","title":null})").json(), read);
  EXPECT_EQ(change("{}").json(), read);
}

TEST_F(LinkChangesTest, SomeThingsStay) {
  for (const auto* body : {R"({"id":"m"})", R"({"host":"go.example"})", R"({"host":null})",
                           R"({"destination":null})", R"({"code":null})"}) {
    EXPECT_EQ(change(body).status, 422U) << body;
  }
  EXPECT_EQ(change(R"({"alias_of":"x"})").code(), "unknown_parameter");
  EXPECT_EQ(change(R"({"full":true})").code(), "unknown_parameter");
  EXPECT_EQ(api.patch("/v1/links/none", R"({"title":"T"})").status, 404U);
}

TEST_F(LinkChangesTest, AFormerCodeStillFindsItsLink) {
  const auto renamed = change(R"({"code":"Anna8"})");
  ASSERT_EQ(renamed.status, 200U) << renamed.body;
  EXPECT_EQ(renamed.text("code"), "anna8");
  EXPECT_EQ(renamed.text("short_url"), "http://127.0.0.1:8080/anna8");
  EXPECT_EQ(aliases(), R"(["anna7"])");
  EXPECT_EQ(found_by("anna7"), "l");
  EXPECT_EQ(found_by("ANNA8"), "l") << "folded as the edge folds it";
  change(R"({"code":"anna9"})");
  EXPECT_EQ(aliases(), R"(["anna7","anna8"])");
  EXPECT_EQ(found_by("anna8"), "l");
}

TEST_F(LinkChangesTest, AFormerCodeIsNobodyElses) {
  make("m", "mia7");
  change(R"({"code":"anna8"})");
  const auto made = api.post("/v1/links", R"({"destination":"https://c.example/","code":"Anna7"})");
  EXPECT_EQ(made.code(), "code_taken");
  EXPECT_EQ(api.patch("/v1/links/m", R"({"code":"anna7"})").code(), "code_taken");
  EXPECT_EQ(api.patch("/v1/links/m", R"({"code":"anna8"})").code(), "code_taken");
  EXPECT_EQ(aliases("m"), "[]") << "a refused change leaves nothing behind";
  EXPECT_EQ(api.post("/v1/links", R"({"destination":"https://c.example/","code":"anna7",
                                      "host":"go.example"})")
                .status,
            201U)
      << "on another host it is free";
}

TEST_F(LinkChangesTest, ALinkTakesItsFormerCodeBack) {
  change(R"({"code":"anna8"})");
  const auto back = change(R"({"code":"anna7"})");
  ASSERT_EQ(back.status, 200U) << back.body;
  EXPECT_EQ(back.text("code"), "anna7");
  EXPECT_EQ(aliases(), R"(["anna8"])");
}

TEST_F(LinkChangesTest, AReservedWordOrNoCodeAtAllIsRefused) {
  ProgramRules rules;
  rules.reserved_codes = {"admin"};
  ApiSystem strict{"redis://127.0.0.1:1", rules};
  strict.post("/v1/links", R"({"destination":"https://a.example/","id":"l"})");
  for (const auto* code : {"ADMIN", "a b", ""}) {
    const auto refused = strict.patch("/v1/links/l", fmt::format(R"({{"code":"{}"}})", code));
    EXPECT_EQ(refused.status, 422U) << code;
    EXPECT_EQ(refused.text("param"), "code");
  }
}

TEST_F(LinkChangesTest, CodesThatAreNotFoldedDifferByCase) {
  ProgramRules rules;
  rules.code_case = CodeCase::exact;
  ApiSystem exact{"redis://127.0.0.1:1", rules};
  for (const auto* code : {"Anna", "anna"}) {
    const auto made = exact.post(
        "/v1/links", fmt::format(R"({{"destination":"https://a.example/","code":"{}"}})", code));
    EXPECT_EQ(made.text("code"), code) << made.body;
  }
  const auto list = exact.get("/v1/links?code=Anna").json();
  EXPECT_EQ(list.at("data").as_array().size(), 1U);
}

TEST_F(LinkChangesTest, RulesAreKeptAsJson) {
  const std::string rules =
      R"([{"when":{"os":["ios"],"country":["DE","AT"]},"destination":"https://a.example/ios"},)"
      R"({"split":[{"weight":70,"destination":"https://a.example/1"},)"
      R"({"weight":30,"destination":"https://a.example/2"}]}])";
  const auto made = api.post(
      "/v1/links", R"({"destination":"https://a.example/","id":"r","rules":)" + rules + "}");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(boost::json::serialize(made.json().at("rules")), rules);
  EXPECT_TRUE(api.patch("/v1/links/r", R"({"rules":[]})").json().at("rules").is_null());
  const auto refused = change(R"({"rules":"[]"})");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_EQ(refused.text("param"), "rules");
}

std::string pointer_of(const Answer& answer) {
  return std::string{answer.json().at("errors").at(0).at("pointer").as_string()};
}

TEST_F(LinkChangesTest, ARuleThatIsWrongIsPointedTo) {
  const auto refused = change(
      R"({"rules":[{"destination":"https://a.example/"},
                   {"when":{"os":["x"]},"destination":"https://a.example/"}]})");
  EXPECT_EQ(refused.text("param"), "rules");
  EXPECT_EQ(pointer_of(refused), "/rules/1");
  EXPECT_NE(refused.text("detail").find("rules/1 when.os must be"), std::string::npos);
  const std::string many(20'000, ' ');
  EXPECT_EQ(change(R"({"title":")" + many + R"("})").text("param"), "title") << "no rule";
}

TEST_F(LinkChangesTest, NoDestinationOfARuleLeadsBackToUsOrToAForeignHost) {
  ProgramRules rules;
  rules.destinations_allow = {"shop.example", "127.0.0.1", "go.example"};
  ApiSystem strict{"redis://127.0.0.1:1", rules};
  strict.post("/v1/domains", R"({"host":"go.example"})");
  strict.post("/v1/links", R"({"destination":"https://shop.example/","id":"l"})");
  for (const auto* url :
       {"http://127.0.0.1:8080/x", "https://go.example/x", "https://other.example/"}) {
    const auto rule = fmt::format(R"({{"destination":"{}"}})", url);
    const std::string good = R"({"destination":"https://shop.example/"})";
    for (const auto& [list, pointer] :
         {std::pair{"[" + good + "," + rule + "]", "/rules/1/destination"},
          {R"([{"split":[{"weight":1,"destination":"https://shop.example/"},{"weight":1,)" +
               rule.substr(1) + "]}]",
           "/rules/0/split/1/destination"}}) {
      const auto refused = strict.patch("/v1/links/l", R"({"rules":)" + list + "}");
      EXPECT_EQ(refused.status, 422U) << list;
      EXPECT_EQ(refused.text("param"), "rules");
      EXPECT_EQ(pointer_of(refused), pointer) << refused.body;
    }
  }
}

// The host became one of ours when the link was there already.
TEST_F(LinkChangesTest, ALinkToAPlaceThatIsNoLongerAllowedCanBePaused) {
  api.with_store([](Store& store) {
    DomainRow domain;
    domain.host = "a.example";
    EXPECT_TRUE(store.insert_domain(domain));
  });
  EXPECT_EQ(change(R"({"status":"paused"})").status, 200U);
  EXPECT_EQ(change(R"({"destination":"https://a.example/other"})").status, 422U);
}

TEST_F(LinkChangesTest, RaisingTheLimitOpensAFullLink) {
  change(R"({"max_clicks":1})");
  Click click;
  click.unix_ms = 1'777'716'000'000;
  click.id = Uuid7Generator{}.next(click.unix_ms);
  click.code = "anna7";
  click.link = "l";
  api.store_clicks({click});
  EXPECT_EQ(api.get("/v1/links/l").json().at("full"), true);
  EXPECT_EQ(change(R"({"title":"T"})").json().at("full"), true);
  EXPECT_EQ(change(R"({"max_clicks":2})").json().at("full"), false);
  EXPECT_EQ(change(R"({"max_clicks":1})").json().at("full"), true);
  EXPECT_EQ(change(R"({"max_clicks":null})").json().at("full"), false);
}

}  // namespace
}  // namespace waymark::tracker::test
