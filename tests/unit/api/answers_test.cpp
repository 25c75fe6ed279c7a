// What all answers have in common, and what a key may do.
#include "tests/unit/api/api_fixture.hpp"
#include "tracker/api/auth.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace waymark::tracker::test {
namespace {

const std::string link_body = R"({"destination":"https://shop.example/"})";

using AnswersTest = ApiTest;

TEST_F(AnswersTest, MethodsThatThereAreStandInAllow) {
  EXPECT_EQ(api.call("DELETE", "/v1/links").headers.at("allow"), "GET, HEAD, POST");
  EXPECT_EQ(api.call("PUT", "/v1/links/l").headers.at("allow"), "GET, HEAD, PATCH");
}

TEST_F(AnswersTest, AMissingKeyIsToldTheScheme) {
  const auto answer = api.call("GET", "/v1/links", {}, {{"Authorization", ""}});
  EXPECT_EQ(answer.headers.at("www-authenticate"), "Bearer");
}

TEST_F(AnswersTest, OneAnswerNamesEveryWrongMember) {
  const auto answer = api.post("/v1/links", R"({"max_clicks":0,"test":"yes","status":"gone"})");
  EXPECT_EQ(answer.json().at("errors").as_array().size(), 4U) << answer.body;
  EXPECT_EQ(answer.json().at("errors").at(0).at("pointer"), "/destination");
}

TEST_F(AnswersTest, HeadIsGetWithoutABody) {
  const auto answer = api.call("HEAD", "/v1/links");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, "");
  EXPECT_NE(answer.headers.at("content-length"), "0");
}

TEST_F(AnswersTest, EveryAnswerHasARequestIdOfItsOwn) {
  const auto first = api.get("/v1/links").headers.at("request-id");
  const auto second = api.get("/v1/nothing").headers.at("request-id");
  EXPECT_TRUE(first.starts_with("req_"));
  EXPECT_NE(first, second);
}

TEST_F(AnswersTest, AKeyOfTheStoreMayDoWhatItsScopesSay) {
  api.with_store([](Store& store) {
    ApiKeyRow row{
        "key_r", "restricted", "", "links:read,campaigns:write", hash_of("sk_limited"), "ited", 1,
        {}};
    ASSERT_TRUE(store.insert_api_key(row));
    row = {"key_s", "secret", "", "", hash_of("sk_all"), "_all", 1, {}};
    ASSERT_TRUE(store.insert_api_key(row));
    row = {"key_o", "secret", "", "", hash_of("sk_old"), "_old", 1, 2};
    ASSERT_TRUE(store.insert_api_key(row));
  });
  const Headers limited{{"Authorization", "Bearer sk_limited"}};
  EXPECT_EQ(api.call("GET", "/v1/links", {}, limited).status, 200U);
  EXPECT_EQ(api.call("POST", "/v1/campaigns", "{}", limited).status, 201U);
  EXPECT_EQ(api.call("GET", "/v1/campaigns", {}, limited).status, 200U);
  const auto refused = api.call("POST", "/v1/links", link_body, limited);
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(refused.code(), "insufficient_scope");
  EXPECT_EQ(api.call("POST", "/v1/links", link_body, {{"Authorization", "bearer sk_all"}}).status,
            201U);
  const auto old = api.call("GET", "/v1/links", {}, {{"Authorization", "Bearer sk_old"}});
  EXPECT_EQ(old.status, 401U);
  EXPECT_EQ(old.code(), "key_expired");
}

}  // namespace
}  // namespace waymark::tracker::test
