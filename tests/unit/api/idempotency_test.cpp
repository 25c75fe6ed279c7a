#include "tests/unit/api/api_fixture.hpp"
#include "tracker/api/auth.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace waymark::tracker::test {
namespace {

class IdempotencyTest : public ApiTest {
 protected:
  const std::string body_ = R"({"destination":"https://a.example/"})";
  const Headers once_{{"Idempotency-Key", "5f0c"}};

  std::size_t links() { return api.get("/v1/links").json().at("data").as_array().size(); }
};

TEST_F(IdempotencyTest, TheSameRequestAgainGetsTheFirstAnswer) {
  const auto first = api.post("/v1/links", body_, once_);
  ASSERT_EQ(first.status, 201U) << first.body;
  EXPECT_FALSE(first.headers.contains("idempotent-replayed"));
  const auto again = api.post("/v1/links", body_, once_);
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.at("idempotent-replayed"), "true");
  EXPECT_EQ(links(), 1U);
}

TEST_F(IdempotencyTest, AnotherRequestWithTheKeyIsRefused) {
  ASSERT_EQ(api.post("/v1/links", body_, once_).status, 201U);
  const auto other = api.post("/v1/links", R"({"destination":"https://b.example/"})", once_);
  EXPECT_EQ(other.status, 422U);
  EXPECT_EQ(other.code(), "idempotency_key_reused");
  EXPECT_EQ(api.post("/v1/campaigns", "{}", once_).code(), "idempotency_key_reused");
  EXPECT_EQ(links(), 1U);
}

TEST_F(IdempotencyTest, ARefusedRequestLeavesTheKeyFree) {
  EXPECT_EQ(api.post("/v1/links", R"({"destination":"nowhere"})", once_).status, 422U);
  EXPECT_EQ(api.post("/v1/links", body_, once_).status, 201U);
}

TEST_F(IdempotencyTest, ARequestThatIsStillRunningIsNotRunAgain) {
  api.with_store([&](Store& store) {
    IdempotencyRow row;
    row.owner = "key_bootstrap";
    row.key = "5f0c";
    row.request_hash = hash_of("POST /v1/links\n" + body_);
    row.created_ms = 1;
    ASSERT_TRUE(store.claim_idempotency(row));
  });
  const auto answer = api.post("/v1/links", body_, once_);
  EXPECT_EQ(answer.status, 409U);
  EXPECT_EQ(answer.code(), "idempotency_in_progress");
  EXPECT_EQ(links(), 0U);
}

TEST_F(IdempotencyTest, KeysOfDifferentCallersDoNotMeet) {
  api.with_store([](Store& store) {
    ASSERT_TRUE(
        store.insert_api_key({"key_2", "secret", "", "", hash_of("sk_second"), "cond", 1, {}}));
  });
  ASSERT_EQ(api.post("/v1/links", body_, once_).status, 201U);
  auto headers = once_;
  headers["Authorization"] = "Bearer sk_second";
  const auto second = api.post("/v1/links", body_, headers);
  EXPECT_EQ(second.status, 201U);
  EXPECT_FALSE(second.headers.contains("idempotent-replayed"));
  EXPECT_EQ(links(), 2U);
}

TEST_F(IdempotencyTest, AKeyMustBePrintable) {
  const auto answer = api.post("/v1/links", body_, {{"Idempotency-Key", "a\x80"}});
  EXPECT_EQ(answer.status, 422U);
  EXPECT_EQ(answer.text("param"), "Idempotency-Key");
}

}  // namespace
}  // namespace waymark::tracker::test
