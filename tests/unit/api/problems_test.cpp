// Every problem code of the API, provoked over HTTP: what was sent, and what came back.
#include "tests/unit/api/api_fixture.hpp"
#include "tracker/api/auth.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace waymark::tracker::test {
namespace {

struct BadRequest {
  const char* name;
  const char* method;
  const char* target;
  std::optional<std::string> body;
  Headers headers;
  unsigned status;
  const char* code;
  const char* param;  // empty: the answer names none
};

void PrintTo(const BadRequest& bad, std::ostream* out) {
  *out << bad.name;
}

const std::string link_body = R"({"destination":"https://shop.example/"})";

const BadRequest bad_requests[] = {
    {"no key",
     "GET",
     "/v1/links",
     {},
     {{"Authorization", ""}},
     401,
     "unauthenticated",
     "Authorization"},
    {"other scheme",
     "GET",
     "/v1/links",
     {},
     {{"Authorization", "Basic c2s6"}},
     401,
     "unauthenticated",
     "Authorization"},
    {"unknown key",
     "GET",
     "/v1/links",
     {},
     {{"Authorization", "Bearer sk_wrong"}},
     401,
     "unauthenticated",
     "Authorization"},
    {"unknown path", "GET", "/v1/nothing", {}, {}, 404, "not_found", ""},
    {"path below a resource", "GET", "/v1/links/a/b", {}, {}, 404, "not_found", ""},
    {"unknown id", "GET", "/v1/links/lnk_none", {}, {}, 404, "not_found", ""},
    {"unknown click",
     "GET",
     "/v1/clicks/0192f3a4-0000-7000-8000-000000000000",
     {},
     {},
     404,
     "not_found",
     ""},
    {"click id of no form", "GET", "/v1/clicks/x", {}, {}, 404, "not_found", ""},
    {"forged click token",
     "GET",
     "/v1/clicks/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     {},
     {},
     404,
     "not_found",
     ""},
    {"method", "DELETE", "/v1/links", {}, {}, 405, "method_not_allowed", ""},
    {"accept", "GET", "/v1/links", {}, {{"Accept", "text/html"}}, 406, "not_acceptable", "Accept"},
    {"media type",
     "POST",
     "/v1/links",
     link_body,
     {{"Content-Type", "text/plain"}},
     415,
     "unsupported_media_type",
     "Content-Type"},
    {"no media type",
     "POST",
     "/v1/links",
     link_body,
     {{"Content-Type", ""}},
     415,
     "unsupported_media_type",
     "Content-Type"},
    {"body too large",
     "POST",
     "/v1/links",
     std::string(Api::body_bytes_max + 1, ' '),
     {},
     413,
     "body_too_large",
     ""},
    {"no JSON", "POST", "/v1/links", "{destination}", {}, 400, "invalid_json", ""},
    {"empty body", "POST", "/v1/links", "", {}, 400, "invalid_json", ""},
    {"JSON array", "POST", "/v1/links", "[]", {}, 400, "invalid_json", ""},
    {"member twice",
     "POST",
     "/v1/links",
     R"({"code":"a","code":"b"})",
     {},
     400,
     "invalid_json",
     ""},
    {"unknown member",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","colour":1})",
     {},
     400,
     "unknown_parameter",
     "colour"},
    {"unknown query parameter",
     "GET",
     "/v1/links?color=red",
     {},
     {},
     400,
     "unknown_parameter",
     "color"},
    {"query parameter on POST",
     "POST",
     "/v1/links?a=1",
     link_body,
     {},
     400,
     "unknown_parameter",
     "a"},
    {"cursor", "GET", "/v1/links?starting_after=lnk_none", {}, {}, 400, "invalid_cursor", ""},
    {"click cursor", "GET", "/v1/clicks?starting_after=x", {}, {}, 400, "invalid_cursor", ""},
    {"limit zero", "GET", "/v1/links?limit=0", {}, {}, 422, "validation_failed", "limit"},
    {"limit too high", "GET", "/v1/links?limit=101", {}, {}, 422, "validation_failed", "limit"},
    {"limit no number", "GET", "/v1/links?limit=2x", {}, {}, 422, "validation_failed", "limit"},
    {"two cursors",
     "GET",
     "/v1/links?starting_after=a&ending_before=b",
     {},
     {},
     422,
     "validation_failed",
     "ending_before"},
    {"parameter twice",
     "GET",
     "/v1/clicks?code=a&code=b",
     {},
     {},
     422,
     "validation_failed",
     "code"},
    {"filter no flag",
     "GET",
     "/v1/clicks?counted=yes",
     {},
     {},
     422,
     "validation_failed",
     "counted"},
    {"filter no time",
     "GET",
     "/v1/clicks?created[gte]=yesterday",
     {},
     {},
     422,
     "validation_failed",
     "created[gte]"},
    {"filter no status",
     "GET",
     "/v1/links?status=gone",
     {},
     {},
     422,
     "validation_failed",
     "status"},
    {"no destination", "POST", "/v1/links", "{}", {}, 422, "validation_failed", "destination"},
    {"relative destination",
     "POST",
     "/v1/links",
     R"({"destination":"/welcome"})",
     {},
     422,
     "validation_failed",
     "destination"},
    {"script destination",
     "POST",
     "/v1/links",
     R"({"destination":"javascript:alert"})",
     {},
     422,
     "validation_failed",
     "destination"},
    {"bad code",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","code":"a b"})",
     {},
     422,
     "validation_failed",
     "code"},
    {"reserved code",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","code":"Admin"})",
     {},
     422,
     "validation_failed",
     "code"},
    {"bad host",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","host":"a/b"})",
     {},
     422,
     "validation_failed",
     "host"},
    {"bad id",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","id":"a b"})",
     {},
     422,
     "validation_failed",
     "id"},
    {"bad campaign",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","campaign":"a b"})",
     {},
     422,
     "validation_failed",
     "campaign"},
    {"status code",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","status_code":304})",
     {},
     422,
     "validation_failed",
     "status_code"},
    {"no time",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","expires_at":"soon"})",
     {},
     422,
     "validation_failed",
     "expires_at"},
    {"no number",
     "POST",
     "/v1/links",
     R"({"destination":"https://a.example/","max_clicks":1.5})",
     {},
     422,
     "validation_failed",
     "max_clicks"},
    {"patched status",
     "PATCH",
     "/v1/campaigns/c",
     R"({"status":"over"})",
     {},
     422,
     "validation_failed",
     "status"},
    {"patched destination",
     "PATCH",
     "/v1/links/l",
     R"({"destination":"https://b.example/"})",
     {},
     400,
     "unknown_parameter",
     "destination"},
    {"window",
     "POST",
     "/v1/campaigns",
     R"({"window_days":-1})",
     {},
     422,
     "validation_failed",
     "window_days"},
    {"domain without host", "POST", "/v1/domains", "{}", {}, 422, "validation_failed", "host"},
    {"domain with a port",
     "POST",
     "/v1/domains",
     R"({"host":"go.example:80"})",
     {},
     422,
     "validation_failed",
     "host"},
    {"domain url",
     "POST",
     "/v1/domains",
     R"({"host":"go.example","root_url":"nowhere"})",
     {},
     422,
     "validation_failed",
     "root_url"},
    {"idempotency key",
     "POST",
     "/v1/links",
     link_body,
     {{"Idempotency-Key", std::string(256, 'k')}},
     422,
     "validation_failed",
     "Idempotency-Key"},
};

class Problems : public ::testing::TestWithParam<BadRequest> {
 protected:
  static void SetUpTestSuite() {
    ProgramRules rules;
    rules.reserved_codes = {"admin"};
    api_ = std::make_unique<ApiSystem>("redis://127.0.0.1:1", rules);
  }
  static void TearDownTestSuite() { api_.reset(); }
  static inline std::unique_ptr<ApiSystem> api_;
};

TEST_P(Problems, NameWhatIsWrong) {
  const BadRequest& bad = GetParam();
  const Answer answer = api_->call(bad.method, bad.target, bad.body, bad.headers);
  EXPECT_EQ(answer.status, bad.status) << answer.body;
  EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
  EXPECT_EQ(answer.code(), bad.code) << answer.body;
  EXPECT_EQ(answer.text("type"), std::string{"/problems/"} + bad.code);
  EXPECT_EQ(answer.text("request_id"), answer.headers.at("request-id"));
  const std::string target = bad.target;
  EXPECT_EQ(answer.text("instance"), target.substr(0, target.find('?')));
  EXPECT_EQ(answer.json().at("status").to_number<unsigned>(), bad.status);
  const auto json = answer.json();
  const auto* param = json.as_object().if_contains("param");
  EXPECT_EQ(param == nullptr ? "" : std::string{param->as_string()}, bad.param) << answer.body;
}

INSTANTIATE_TEST_SUITE_P(All, Problems, ::testing::ValuesIn(bad_requests), [](const auto& row) {
  std::string name = row.param.name;
  for (char& c : name) {
    if (c == ' ') c = '_';
  }
  return name;
});

using ProblemTest = ApiTest;

TEST_F(ProblemTest, MethodsThatThereAreStandInAllow) {
  EXPECT_EQ(api.call("DELETE", "/v1/links").headers.at("allow"), "GET, HEAD, POST");
  EXPECT_EQ(api.call("PUT", "/v1/links/l").headers.at("allow"), "GET, HEAD, PATCH");
}

TEST_F(ProblemTest, AMissingKeyIsToldTheScheme) {
  const auto answer = api.call("GET", "/v1/links", {}, {{"Authorization", ""}});
  EXPECT_EQ(answer.headers.at("www-authenticate"), "Bearer");
}

TEST_F(ProblemTest, OneAnswerNamesEveryWrongMember) {
  const auto answer = api.post("/v1/links", R"({"max_clicks":0,"test":"yes","status":"gone"})");
  EXPECT_EQ(answer.json().at("errors").as_array().size(), 4U) << answer.body;
  EXPECT_EQ(answer.json().at("errors").at(0).at("pointer"), "/destination");
}

TEST_F(ProblemTest, HeadIsGetWithoutABody) {
  const auto answer = api.call("HEAD", "/v1/links");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, "");
  EXPECT_NE(answer.headers.at("content-length"), "0");
}

TEST_F(ProblemTest, EveryAnswerHasARequestIdOfItsOwn) {
  const auto first = api.get("/v1/links").headers.at("request-id");
  const auto second = api.get("/v1/nothing").headers.at("request-id");
  EXPECT_TRUE(first.starts_with("req_"));
  EXPECT_NE(first, second);
}

TEST_F(ProblemTest, AKeyOfTheStoreMayDoWhatItsScopesSay) {
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
