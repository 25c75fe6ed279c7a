// Campaigns and domains over HTTP.
#include "tests/unit/api/api_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace waymark::tracker::test {
namespace {

using CampaignsTest = ApiTest;
using DomainsTest = ApiTest;

TEST_F(CampaignsTest, ANewOneIsLiveForSixtyDays) {
  const auto made = api.post("/v1/campaigns", "{}");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_TRUE(made.text("id").starts_with("camp_"));
  EXPECT_EQ(made.text("status"), "live");
  EXPECT_EQ(boost::json::serialize(made.json().at("window_days")), "60");
  EXPECT_EQ(made.text("cookies"), "always");
  EXPECT_EQ(made.text("referrer_policy"), "strict-origin-when-cross-origin");
}

TEST_F(CampaignsTest, EveryFieldComesBackAsItWasGiven) {
  const auto made = api.post("/v1/campaigns", R"({"id":"camp_spring","name":"Spring",
    "status":"testing","window_days":0.5,"cookies":"consent","fallback_url":"https://a.example/",
    "utm":"utm_source=ref&utm_medium=link","referrer_policy":"no-referrer"})");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.text("name"), "Spring");
  EXPECT_EQ(made.text("status"), "testing");
  EXPECT_EQ(made.json().at("window_days").to_number<double>(), 0.5);
  EXPECT_EQ(made.text("cookies"), "consent");
  EXPECT_EQ(made.text("fallback_url"), "https://a.example/");
  EXPECT_EQ(made.text("utm"), "utm_source=ref&utm_medium=link");
  EXPECT_EQ(made.text("referrer_policy"), "no-referrer");
  EXPECT_EQ(api.get("/v1/campaigns/camp_spring").body, made.body);
  EXPECT_EQ(api.post("/v1/campaigns", R"({"id":"camp_spring"})").code(), "id_taken");
}

TEST_F(CampaignsTest, PatchChangesTheStatusAndListsShowIt) {
  api.post("/v1/campaigns", R"({"id":"a","name":"A"})");
  api.post("/v1/campaigns", R"({"id":"b"})");
  const auto ended = api.patch("/v1/campaigns/a", R"({"status":"ended"})");
  EXPECT_EQ(ended.text("status"), "ended");
  EXPECT_EQ(ended.text("name"), "A");
  const auto list = api.get("/v1/campaigns?status=live");
  ASSERT_EQ(list.json().at("data").as_array().size(), 1U);
  EXPECT_EQ(list.json().at("data").at(0).at("id"), "b");
  EXPECT_EQ(api.get("/v1/campaigns?limit=1").json().at("has_more"), true);
}

TEST_F(CampaignsTest, PatchChangesWhatItNamesAndNullTakesAway) {
  api.post("/v1/campaigns", R"({"id":"a","name":"A","window_days":30,"cookies":"consent",
    "fallback_url":"https://a.example/","utm":"utm_source=ref","referrer_policy":"no-referrer"})");
  const auto changed = api.patch("/v1/campaigns/a", R"({"name":"Anna","window_days":7.5,
    "cookies":"never","fallback_url":"https://b.example/","utm":null})");
  ASSERT_EQ(changed.status, 200U) << changed.body;
  EXPECT_EQ(changed.text("name"), "Anna");
  EXPECT_EQ(changed.json().at("window_days").to_number<double>(), 7.5);
  EXPECT_EQ(changed.text("cookies"), "never");
  EXPECT_EQ(changed.text("fallback_url"), "https://b.example/");
  EXPECT_TRUE(changed.json().at("utm").is_null());
  EXPECT_EQ(changed.text("referrer_policy"), "no-referrer") << "not named";
  const auto cleared = api.patch("/v1/campaigns/a", R"({"window_days":null,"cookies":null,
    "referrer_policy":null,"status":null})");
  EXPECT_EQ(cleared.json().at("window_days").to_number<double>(), 60);
  EXPECT_EQ(cleared.text("cookies"), "always");
  EXPECT_EQ(cleared.text("referrer_policy"), "strict-origin-when-cross-origin");
  EXPECT_EQ(api.get("/v1/campaigns/a").body, cleared.body);

  const auto unknown = api.patch("/v1/campaigns/a", R"({"status":"over"})");
  EXPECT_EQ(unknown.code(), "validation_failed");
  EXPECT_NE(unknown.body.find("\"status\""), std::string::npos) << unknown.body;
  EXPECT_EQ(api.patch("/v1/campaigns/a", R"({"window_days":-1})").status, 422U);
  EXPECT_EQ(api.patch("/v1/campaigns/a", R"({"fallback_url":"ftp://a.example/"})").status, 422U);
  EXPECT_EQ(api.patch("/v1/campaigns/a", R"({"id":"b"})").status, 400U);
  EXPECT_EQ(api.patch("/v1/campaigns/none", R"({"name":"x"})").status, 404U);
  EXPECT_EQ(api.get("/v1/campaigns/a").body, cleared.body) << "refused ones change nothing";
}

TEST_F(DomainsTest, AreMadeReadAndMerged) {
  const auto made = api.post("/v1/domains", R"({"host":"Go.Example.org.",
    "root_url":"https://example.org/","robots":"User-agent: *\nDisallow:"})");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.text("host"), "go.example.org");
  EXPECT_EQ(api.get("/v1/domains/go.example.org").body, made.body);

  const auto patched = api.patch("/v1/domains/go.example.org",
                                 R"({"fallback_url":"https://example.org/lost","root_url":null})");
  ASSERT_EQ(patched.status, 200U) << patched.body;
  EXPECT_EQ(patched.text("fallback_url"), "https://example.org/lost");
  EXPECT_TRUE(patched.json().at("root_url").is_null());
  EXPECT_EQ(patched.text("robots"), "User-agent: *\nDisallow:");
  EXPECT_EQ(api.patch("/v1/domains/go.example.org", R"({"root_url":"x"})").status, 422U);
  EXPECT_EQ(api.patch("/v1/domains/none.example", "{}").status, 404U);
  const auto again = api.post("/v1/domains", R"({"host":"GO.example.org"})");
  EXPECT_EQ(again.code(), "id_taken");
  EXPECT_EQ(again.text("detail"), "host is a domain already.");
  EXPECT_EQ(api.get("/v1/domains/GO.Example.org.").body, patched.body);
  EXPECT_EQ(api.get("/v1/domains/none.example").text("detail"), "There is no domain none.example.");
  EXPECT_EQ(api.get("/v1/domains").json().at("data").as_array().size(), 1U);
}

// base_url of the fixture is http://127.0.0.1:8080.
TEST_F(DomainsTest, AHostIsNoMoreThanAHost) {
  const auto make = [&](const std::string& host) {
    return api.post("/v1/domains", fmt::format(R"({{"host":"{}"}})", host));
  };
  const auto say = [&](const std::string& host) { return make(host).text("detail"); };
  for (const auto* meant :
       {"https://go.example", "http://Go.Example:8080/x", "go.example:8080", "go.example/anna7"}) {
    EXPECT_TRUE(say(meant).ends_with("is none, though go.example is.")) << say(meant);
  }
  for (const auto& none :
       {std::string{"[hello]"}, std::string{"a.-b"}, std::string{"a-.b"}, std::string{"a..b"},
        std::string{"*"}, std::string(70, 'a') + ".example", std::string{"b c"}}) {
    EXPECT_TRUE(say(none).ends_with("is none.")) << say(none);
  }
  for (const auto* good : {"[::1]", "127.0.0.1", "localhost", "xn--bcher-kva.example"}) {
    EXPECT_EQ(make(good).status, 201U) << good;
  }
}

TEST_F(CampaignsTest, AFallbackDoesNotLeadBackToUs) {
  api.post("/v1/domains", R"({"host":"go.example"})");
  for (const auto* url : {"http://127.0.0.1:8080/x", "https://go.example/x"}) {
    const auto refused =
        api.post("/v1/campaigns", R"({"fallback_url":")" + std::string{url} + "\"}");
    EXPECT_EQ(refused.status, 422U) << url;
    EXPECT_EQ(refused.text("param"), "fallback_url");
  }
  EXPECT_EQ(api.post("/v1/campaigns", R"({"fallback_url":"http://127.0.0.1:9000/"})").status, 201U);
}

TEST_F(DomainsTest, AreTakenAwayAndMadeAgain) {
  const std::string link = R"({"destination":"https://shop.example/"})";
  api.post("/v1/domains", R"({"host":"shop.example","robots":"old"})");
  ASSERT_EQ(api.post("/v1/links", link).status, 422U)
      << "a mistake that forbids every link to the shop";
  const auto removed = api.call("DELETE", "/v1/domains/Shop.Example");
  ASSERT_EQ(removed.status, 200U) << removed.body;
  EXPECT_EQ(removed.json(),
            boost::json::parse(R"({"object":"domain","host":"shop.example","removed":true})"));
  EXPECT_EQ(api.get("/v1/domains/shop.example").status, 404U);
  EXPECT_EQ(api.call("DELETE", "/v1/domains/shop.example").status, 404U);
  const auto made = api.post("/v1/links", link);
  EXPECT_EQ(made.status, 201U);
  EXPECT_EQ(api.patch("/v1/links/" + made.text("id"), R"({"status":"archived"})").status, 200U);
  const auto again = api.post("/v1/domains", R"({"host":"shop.example"})");
  ASSERT_EQ(again.status, 201U) << again.body;
  EXPECT_TRUE(again.json().at("robots").is_null());
}

TEST_F(DomainsTest, NeitherRootNorFallbackLeadsBackToUs) {
  api.post("/v1/domains", R"({"host":"old.example"})");
  for (const std::string field : {"root_url", "fallback_url"}) {
    for (const std::string url :
         {"http://127.0.0.1:8080/", "https://old.example/", "https://New.example./"}) {
      const auto member = "\"" + field + "\":\"" + url + "\"}";
      const auto made = api.post("/v1/domains", R"({"host":"new.example",)" + member);
      EXPECT_EQ(made.status, 422U) << member;
      EXPECT_EQ(made.text("param"), field);
      EXPECT_EQ(api.patch("/v1/domains/old.example", "{" + member).status,
                url.find("New") == std::string::npos ? 422U : 200U);
    }
  }
}

// As at the edge: `/` may lead to a link, which leads on.
TEST_F(DomainsTest, ARootMayLeadToALinkOfOurs) {
  api.post("/v1/domains", R"({"host":"old.example"})");
  for (const std::string url :
       {"http://127.0.0.1:8080/try", "https://old.example/x", "https://new.example/x"}) {
    const auto made =
        api.post("/v1/domains", R"({"host":"new.example","root_url":")" + url + "\"}");
    EXPECT_EQ(made.status, 201U) << made.body;
    api.call("DELETE", "/v1/domains/new.example");
  }
}

TEST_F(DomainsTest, AreNoHostsThatRecordsLeadTo) {
  const auto refused = [this](const std::string& host, const std::string& said) {
    const auto made = api.post("/v1/domains", R"({"host":")" + host + "\"}");
    EXPECT_EQ(made.status, 409U) << made.body;
    EXPECT_EQ(made.code(), "host_in_use");
    EXPECT_EQ(made.text("param"), "host");
    EXPECT_NE(made.text("detail").find(said), std::string::npos) << made.body;
  };
  api.post("/v1/links", R"({"destination":"https://Shop.example:8443/a","id":"l1","code":"one"})");
  refused("shop.example", "by 1 of the links, campaigns and domains, such as link l1 (code one)");
  api.post("/v1/links", R"({"destination":"https://a.example/?u=https://b.example/","id":"l2",
    "rules":[{"destination":"https://SHOP.example/b"}],"expired_url":"https://late.example/"})");
  refused("shop.example", "by 2 of the links, campaigns and domains, such as link l1");
  refused("late.example", "link l2");
  api.post("/v1/campaigns", R"({"id":"c1","fallback_url":"https://camp.example/"})");
  refused("camp.example", "campaign c1");
  api.post("/v1/domains", R"({"host":"d.example","fallback_url":"https://fall.example/"})");
  refused("fall.example", "domain d.example");
  for (const auto* host : {"b.example", "xshop.example", "example", "127.0.0.1"}) {
    EXPECT_EQ(api.post("/v1/domains", R"({"host":")" + std::string{host} + "\"}").status, 201U)
        << host;
  }
  api.patch("/v1/links/l1", R"({"status":"archived"})");
  api.patch("/v1/links/l2", R"({"rules":null})");
  api.call("DELETE", "/v1/domains/d.example");
  for (const auto* host : {"shop.example", "fall.example"}) {
    EXPECT_EQ(api.post("/v1/domains", R"({"host":")" + std::string{host} + "\"}").status, 201U)
        << host;
  }
}

// What is allowed may have grown less since they were made.
TEST_F(CampaignsTest, OnesThatLeadWhereTheyNoLongerMayCanBePaused) {
  ProgramRules rules;
  rules.destinations_allow = {"shop.example"};
  ApiSystem strict{"redis://127.0.0.1:1", rules};
  strict.with_store([](Store& store) {
    CampaignRow campaign;
    campaign.id = "c";
    campaign.record.fallback_url = "https://gone.example/";
    DomainRow domain;
    domain.host = "go.example";
    domain.record.fallback_url = domain.record.root_url = "https://gone.example/";
    EXPECT_TRUE(store.insert_campaign(campaign));
    EXPECT_TRUE(store.insert_domain(domain));
  });
  EXPECT_EQ(strict.patch("/v1/campaigns/c", R"({"status":"paused"})").status, 200U);
  EXPECT_EQ(strict.patch("/v1/domains/go.example", R"({"robots":"x"})").status, 200U);
  for (const auto& [path, field] : {std::pair{"/v1/campaigns/c", "fallback_url"},
                                    {"/v1/domains/go.example", "fallback_url"},
                                    {"/v1/domains/go.example", "root_url"}}) {
    const auto refused =
        strict.patch(path, "{\"" + std::string{field} + R"(":"https://gone.example/other"})");
    EXPECT_EQ(refused.status, 422U) << refused.body;
    EXPECT_EQ(refused.text("param"), field);
  }
}

TEST_F(DomainsTest, CookiesAreOfTheDomainOrOneAboveIt) {
  for (const auto& [cookie_domain, status] : {std::pair{"go.example.org", 201U},
                                              {".Example.org", 201U},
                                              {"org", 422U},
                                              {"other.org", 422U},
                                              {"o.example.org", 422U},
                                              {"x.go.example.org", 422U}}) {
    const auto made =
        api.post("/v1/domains", std::string{R"({"host":"go.example.org","cookie_domain":")"} +
                                    cookie_domain + "\"}");
    EXPECT_EQ(made.status == 409 ? 201U : made.status, status) << cookie_domain << made.body;
  }
}

TEST_F(DomainsTest, FallbacksKeepToTheHostsThatAreAllowed) {
  ProgramRules rules;
  rules.destinations_allow = {".example.org"};
  ApiSystem strict{"redis://127.0.0.1:1", rules};
  EXPECT_EQ(strict.post("/v1/domains", R"({"host":"a.example","root_url":"https://b.example/"})")
                .text("param"),
            "root_url");
  EXPECT_EQ(strict.post("/v1/campaigns", R"({"fallback_url":"https://b.example/"})").status, 422U);
  EXPECT_EQ(strict.post("/v1/campaigns", R"({"fallback_url":"https://www.example.org/"})").status,
            201U);
}

}  // namespace
}  // namespace waymark::tracker::test
