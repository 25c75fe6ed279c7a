// POST /v1/links/batch: a result for each line, and trying again makes no second link.
#include "tests/unit/api/api_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <vector>

namespace waymark::tracker::test {
namespace {

using testing::HasSubstr;

class LinkBatchTest : public ApiTest {
 protected:
  Answer send(const std::string& lines, const std::string& query = "") {
    return api.post("/v1/links/batch" + query, lines, {{"Content-Type", "application/x-ndjson"}});
  }
  static std::vector<boost::json::object> results_of(const Answer& answer) {
    EXPECT_EQ(answer.status, 200U) << answer.body;
    EXPECT_EQ(answer.headers.at("content-type"), "application/x-ndjson");
    std::vector<boost::json::object> results;
    for (std::size_t begin = 0; begin < answer.body.size();) {
      const auto end = answer.body.find('\n', begin);
      results.push_back(boost::json::parse(answer.body.substr(begin, end - begin)).as_object());
      begin = end + 1;
    }
    return results;
  }
  std::size_t links() { return api.get("/v1/links?limit=100").json().at("data").as_array().size(); }
};

TEST_F(LinkBatchTest, EveryLineHasItsResult) {
  api.post("/v1/links", R"({"destination":"https://a.example/","code":"taken"})");
  const auto results = results_of(send(R"({"destination":"https://a.example/1","code":"One"})"
                                       "\r\n\n"
                                       R"({"destination":"https://a.example/2","code":"taken"})"
                                       "\n"
                                       R"({"destination":"ftp://a.example/"})"
                                       "\n{\n"
                                       R"({"destination":"https://a.example/5","colour":"red"})"
                                       "\n"
                                       R"({"destination":"https://a.example/6"})"));
  ASSERT_EQ(results.size(), 6U);
  EXPECT_EQ(results[0].at("line"), 1);
  EXPECT_EQ(results[0].at("ok"), true);
  EXPECT_EQ(results[0].at("made"), true);
  EXPECT_EQ(results[0].at("code"), "one");
  EXPECT_EQ(results[0].at("short_url"), "http://127.0.0.1:8080/one");
  EXPECT_EQ(results[1].at("line"), 3) << "an empty line counts and has no result";
  EXPECT_EQ(results[1].at("error").at("code"), "code_taken");
  EXPECT_EQ(results[2].at("error").at("param"), "destination");
  EXPECT_EQ(results[3].at("error").at("code"), "invalid_json");
  EXPECT_EQ(results[4].at("error").at("code"), "unknown_parameter");
  EXPECT_EQ(results[5].at("ok"), true) << "failures before it do not matter";
  EXPECT_EQ(links(), 3U);
}

TEST_F(LinkBatchTest, ADryRunChecksEverythingAndChangesNothing) {
  const std::string lines = R"({"destination":"https://a.example/1","code":"one"})"
                            "\n"
                            R"({"destination":"https://a.example/2","code":"one"})"
                            "\n"
                            R"({"destination":"https://a.example/3"})";
  const auto results = results_of(send(lines, "?dry_run=true"));
  EXPECT_EQ(results[0].at("made"), true);
  EXPECT_EQ(results[0].at("code"), "one");
  EXPECT_EQ(results[0].if_contains("id"), nullptr) << "it would be another one";
  EXPECT_EQ(results[1].at("error").at("code"), "code_taken") << "by the line before";
  EXPECT_EQ(results[2].at("ok"), true);
  EXPECT_EQ(links(), 0U);
  EXPECT_EQ(results_of(send(lines))[0].at("made"), true);
}

TEST_F(LinkBatchTest, TheSameAgainMakesNoSecondLink) {
  const std::string lines = R"({"destination":"https://a.example/1","code":"One","title":"T"})"
                            "\n"
                            R"({"destination":"https://a.example/2","idempotency_key":"row 2"})"
                            "\n"
                            R"({"destination":"https://a.example/3","id":"lnk_3"})";
  const auto first = results_of(send(lines));
  const auto second = results_of(send(lines));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(first[i].at("made"), true);
    EXPECT_EQ(second[i].at("ok"), true);
    EXPECT_EQ(second[i].at("made"), false);
    EXPECT_EQ(second[i].at("id"), first[i].at("id"));
    EXPECT_EQ(second[i].at("code"), first[i].at("code"));
  }
  EXPECT_EQ(links(), 3U);
}

TEST_F(LinkBatchTest, FormerCodesComeAlong) {
  const std::string lines =
      R"({"destination":"https://a.example/","id":"l","code":"one","aliases":["Uno","eins"]})";
  const auto made = results_of(send(lines))[0];
  EXPECT_EQ(made.at("made"), true);
  EXPECT_EQ(made.at("aliases"), boost::json::parse(R"(["uno","eins"])"));
  EXPECT_EQ(results_of(send(lines))[0].at("made"), false) << "the same again";
  EXPECT_EQ(api.get("/v1/links?code=uno").json().at("data").at(0).at("id"), "l");
  const auto more =
      results_of(send(R"({"destination":"https://a.example/","id":"l","aliases":["une"]})"))[0];
  EXPECT_EQ(more.at("error").at("code"), "id_taken") << "it has no such code";

  const auto refused =
      results_of(send(R"({"destination":"https://b.example/","aliases":["dos","eins"]})"
                      "\n"
                      R"({"destination":"https://b.example/","code":"EINS"})"
                      "\n"
                      R"({"destination":"https://b.example/","aliases":["one"]})"
                      "\n"
                      R"({"destination":"https://b.example/","aliases":["a b"]})"
                      "\n"
                      R"({"destination":"https://b.example/","aliases":["a",1]})"
                      "\n"
                      R"({"destination":"https://b.example/","code":"a","aliases":["A"]})"));
  for (const auto& [i, code, param] : {std::tuple{0U, "code_taken", "aliases"},
                                       {1U, "code_taken", "code"},
                                       {2U, "code_taken", "aliases"},
                                       {3U, "validation_failed", "aliases"},
                                       {4U, "validation_failed", "aliases"},
                                       {5U, "validation_failed", "aliases"}}) {
    EXPECT_EQ(refused[i].at("error").at("code"), code) << i;
    EXPECT_EQ(refused[i].at("error").at("param"), param) << i;
  }
  EXPECT_EQ(links(), 1U) << "what is refused leaves nothing behind";
  EXPECT_EQ(api.get("/v1/links?code=dos").json().at("data").as_array().size(), 0U);
}

TEST_F(LinkBatchTest, ADryRunTellsWhatTheLineNames) {
  const auto dry = results_of(send(
      R"({"destination":"https://a.example/","id":"l","aliases":["Uno"]})", "?dry_run=true"))[0];
  EXPECT_EQ(dry.at("id"), "l");
  EXPECT_EQ(dry.at("aliases"), boost::json::parse(R"(["uno"])"));
  EXPECT_EQ(dry.if_contains("code"), nullptr) << "it would be another one";
}

TEST_F(LinkBatchTest, AKeyFindsItsLinkWhateverBecameOfIt) {
  const std::string line =
      R"({"destination":"https://a.example/1","code":"one","idempotency_key":"row 1"})";
  const auto made = results_of(send(line))[0];
  const std::string id{made.at("id").as_string()};
  api.patch("/v1/links/" + id, R"({"code":"uno","status":"paused"})");
  const auto again = results_of(send(line))[0];
  EXPECT_EQ(again.at("made"), false);
  EXPECT_EQ(again.at("code"), "uno");
  EXPECT_EQ(api.get("/v1/links/" + id).text("status"), "paused");
}

TEST_F(LinkBatchTest, OtherFieldsUnderATakenCodeOrIdAreRefused) {
  send(R"({"destination":"https://a.example/1","code":"one","id":"lnk_1"})");
  const auto results = results_of(
      send(R"({"destination":"https://a.example/2","code":"one"})"
           "\n"
           R"({"destination":"https://a.example/2","id":"lnk_1"})"
           "\n"
           R"({"destination":"https://a.example/1","code":"two","id":"lnk_1"})"
           "\n"
           R"({"destination":"https://a.example/2","code":"one","idempotency_key":"k"})"));
  for (const auto& [i, code] :
       {std::pair{0U, "code_taken"}, {1U, "id_taken"}, {2U, "id_taken"}, {3U, "code_taken"}}) {
    EXPECT_EQ(results[i].at("error").at("code"), code) << i;
  }
}

TEST_F(LinkBatchTest, KeysAreCheckedAndReplaceIds) {
  const auto results =
      results_of(send(R"({"destination":"https://a.example/","idempotency_key":"k","id":"lnk_1"})"
                      "\n"
                      R"({"destination":"https://a.example/","idempotency_key":"\u0001"})"));
  for (const auto& result : results) {
    EXPECT_EQ(result.at("error").at("param"), "idempotency_key");
  }
  EXPECT_EQ(
      api.post("/v1/links", R"({"destination":"https://a.example/","idempotency_key":"k"})").code(),
      "unknown_parameter")
      << "a single link takes the header";
}

TEST_F(LinkBatchTest, LimitsHoldForTheWhole) {
  std::string lines;
  for (int i = 0; i < 1'001; ++i)
    lines += R"({"destination":"https://a.example/"})"
             "\n";
  const auto refused = send(lines);
  EXPECT_EQ(refused.status, 413U);
  EXPECT_EQ(refused.code(), "body_too_large");
  EXPECT_EQ(links(), 0U) << "all or nothing where no line is to blame";
  EXPECT_EQ(api.post("/v1/links/batch", "{}").status, 415U);
  EXPECT_EQ(send("{}", "?dry_run=maybe").status, 422U);
  EXPECT_EQ(send("{}", "?mode=dry").code(), "unknown_parameter");
  EXPECT_EQ(api.get("/v1/links/batch").status, 404U) << "a link could have this id";
  const auto large = results_of(
      send(R"({"destination":"https://a.example/","title":")" + std::string(70'000, 'x') + "\"}"));
  EXPECT_EQ(large[0].at("error").at("code"), "body_too_large");
}

TEST_F(LinkBatchTest, OnlyBatchesTakeTurnsWithTheDrain) {
  const auto is_bulk = [](const char* method, const char* target) {
    ApiRequest request;
    request.method = method;
    request.target = target;
    return Api::is_bulk(request);
  };
  EXPECT_TRUE(is_bulk("POST", "/v1/links/batch?dry_run=true"));
  EXPECT_FALSE(is_bulk("POST", "/v1/links"));
  EXPECT_FALSE(is_bulk("PATCH", "/v1/links/batch"));
}

TEST_F(LinkBatchTest, TheHeaderReplaysAWholeBatch) {
  const Headers headers{{"Content-Type", "application/x-ndjson"}, {"Idempotency-Key", "b1"}};
  const std::string lines = R"({"destination":"https://a.example/"})";
  const auto first = api.post("/v1/links/batch", lines, headers);
  const auto second = api.post("/v1/links/batch", lines, headers);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.at("idempotent-replayed"), "true");
  EXPECT_EQ(second.headers.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(links(), 1U);
}

}  // namespace
}  // namespace waymark::tracker::test
