#include "common/token.hpp"
#include "tests/unit/api/api_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace waymark::tracker::test {
namespace {

constexpr std::uint64_t noon_ms = 1'777'716'000'000;  // 2026-05-02T10:00:00Z

Click click_at(std::uint64_t seconds, std::string_view code) {
  static Uuid7Generator ids;
  Click click;
  click.unix_ms = noon_ms + seconds * 1000;
  click.id = ids.next(click.unix_ms);
  click.code = code;
  click.host = "127.0.0.1";
  return click;
}

class ClicksTest : public ApiTest {
 protected:
  ClicksTest() {
    counted_ = click_at(0, "anna7");
    counted_.link = "lnk_1";
    counted_.campaign = "camp_1";
    counted_.visitor = counted_.id;
    counted_.query_json = R"({"utm_source":"x"})";
    tool_ = click_at(1, "anna7");
    tool_.bot = "tool";
    tool_.query_json = "{";
    tool_.list = "1.60.0+eac757";
    expired_ = click_at(2, "bert2");
    expired_.outcome = "expired";
    test_ = click_at(3, "bert2");
    test_.test = true;
    api.store_clicks({counted_, tool_, expired_, test_});
  }

  std::vector<std::string> ids(const std::string& query) {
    std::vector<std::string> result;
    const auto list = api.get("/v1/clicks" + query);
    EXPECT_EQ(list.status, 200U) << list.body;
    const auto json = list.json();
    for (const auto& item : json.at("data").as_array()) {
      result.emplace_back(item.at("id").as_string());
    }
    return result;
  }

  Click counted_, tool_, expired_, test_;
};

TEST_F(ClicksTest, AClickShowsWhatTheStreamSaid) {
  const auto click = api.get("/v1/clicks/" + counted_.id.text());
  ASSERT_EQ(click.status, 200U) << click.body;
  EXPECT_EQ(click.text("object"), "click");
  EXPECT_EQ(click.json().at("ts"), noon_ms);
  EXPECT_EQ(click.text("created_at"), "2026-05-02T10:00:00.000Z");
  EXPECT_EQ(click.text("code"), "anna7");
  EXPECT_EQ(click.text("campaign"), "camp_1");
  EXPECT_EQ(click.json().at("query").at("utm_source"), "x");
  EXPECT_EQ(click.json().at("counted"), true);
  EXPECT_TRUE(click.json().at("why").is_null());
  EXPECT_TRUE(click.json().at("country").is_null());
}

TEST_F(ClicksTest, AnOddRowIsShownWithoutItsQuery) {
  const auto click = api.get("/v1/clicks/" + tool_.id.text());
  ASSERT_EQ(click.status, 200U) << click.body;
  EXPECT_TRUE(click.json().at("query").is_null());
}

TEST_F(ClicksTest, AClickThatDoesNotCountSaysWhy) {
  EXPECT_EQ(api.get("/v1/clicks/" + tool_.id.text()).text("why"), "tool");
  EXPECT_EQ(api.get("/v1/clicks/" + tool_.id.text()).text("list"), "1.60.0+eac757");
  EXPECT_EQ(api.get("/v1/clicks/" + expired_.id.text()).text("why"), "expired");
  const auto test = api.get("/v1/clicks/" + test_.id.text());
  EXPECT_EQ(test.text("why"), "test");
  EXPECT_EQ(test.json().at("counted"), false);
}

TEST_F(ClicksTest, TheTokenOfTheLandingPageNamesTheClickToo) {
  char token[click_token_bytes];
  write_click_token(counted_.id, test_keys()->signing(), token);
  const auto click = api.get("/v1/clicks/" + std::string{token, sizeof token});
  ASSERT_EQ(click.status, 200U) << click.body;
  EXPECT_EQ(click.text("id"), counted_.id.text());
}

TEST_F(ClicksTest, WithoutKeysATokenCannotBeRead) {
  ApiSystem keyless{"redis://127.0.0.1:1", {}, nullptr};
  const auto answer = keyless.get("/v1/clicks/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(answer.status, 422U);
  EXPECT_EQ(answer.text("param"), "id");
}

TEST_F(ClicksTest, AListRunsFromTheNewestAndIsFiltered) {
  const std::string counted = counted_.id.text(), tool = tool_.id.text(),
                    expired = expired_.id.text(), test = test_.id.text();
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(""), (Ids{test, expired, tool, counted}));
  EXPECT_EQ(ids("?code=anna7"), (Ids{tool, counted}));
  EXPECT_EQ(ids("?link=lnk_1"), (Ids{counted}));
  EXPECT_EQ(ids("?campaign=camp_1"), (Ids{counted}));
  EXPECT_EQ(ids("?counted=true"), (Ids{counted}));
  EXPECT_EQ(ids("?counted=false"), (Ids{test, expired, tool}));
  EXPECT_EQ(ids("?bot=tool"), (Ids{tool}));
  EXPECT_EQ(ids("?created%5Bgte%5D=2026-05-02T10:00:02Z"), (Ids{test, expired}));
  EXPECT_EQ(ids("?created[lte]=2026-05-02T10:00:01Z"), (Ids{tool, counted}))
      << "the last moment belongs to it";
  EXPECT_EQ(ids("?limit=2&starting_after=" + expired), (Ids{tool, counted}));
  EXPECT_EQ(ids("?limit=1&ending_before=" + tool), (Ids{expired}));
}

TEST_F(ClicksTest, StatusAddsUp) {
  api.with_store([&](Store& store) {
    Batch batch;
    batch.add(counted_);  // again
    DeadLetter dead;
    dead.reason = dead_reason::malformed_line;
    dead.line = "{";
    batch.add_dead(dead);
    auto& news = batch.origin({"edge-1", "00112233aabbccdd", 0});
    news.committed.add({1, 9});
    news.committed.add({11, 12});
    news.lost.add({20, 22});
    batch.sort();
    ASSERT_TRUE(store.commit_batch(batch, noon_ms));
  });
  const auto status = api.get("/v1/status");
  ASSERT_EQ(status.status, 200U) << status.body;
  const auto json = status.json();
  EXPECT_EQ(json.at("clicks").at("read"), 6);
  EXPECT_EQ(json.at("clicks").at("stored"), 4);
  EXPECT_EQ(json.at("clicks").at("duplicate"), 1);
  EXPECT_EQ(json.at("clicks").at("dead"), 1);
  EXPECT_EQ(json.at("clicks").at("committed"), 11);
  EXPECT_EQ(json.at("clicks").at("lost"), 3);
  EXPECT_EQ(json.at("dead_letters"), 1);
  const auto& origin = json.at("origins").at(0);
  EXPECT_EQ(origin.at("origin"), "00112233aabbccdd/0");
  EXPECT_EQ(origin.at("edge"), "edge-1");
  EXPECT_EQ(origin.at("complete"), 9);
  EXPECT_EQ(origin.at("ranges").as_array().size(), 2U);
}

TEST_F(ClicksTest, StatusShowsTrackersWithTheirLeasesAndWhatTheyHavePending) {
  api.with_store([](Store& store) {
    ASSERT_TRUE(store.hold_lease("tracker:web1-0", "web1-0@here", std::chrono::hours{1}).value());
    ASSERT_TRUE(store.hold_lease("tracker:web2-0", "web2-0@there", {}).value());
    ASSERT_TRUE(store.hold_lease("folding", "web1-0@here", std::chrono::hours{1}).value());
    ASSERT_TRUE(store.hold_lease("mirror", "web2-0@there", {}).value());
  });
  const auto json = api.get("/v1/status").json();
  const auto& trackers = json.at("trackers").as_array();
  ASSERT_EQ(trackers.size(), 2U);
  EXPECT_EQ(trackers[0].at("tracker"), "web1-0");
  EXPECT_GT(trackers[0].at("rest_ms").as_int64(), 0);
  EXPECT_EQ(trackers[0].at("work"), boost::json::parse(R"(["folding"])"));
  EXPECT_EQ(trackers[0].at("pending"), boost::json::parse(R"([{"shard":"0","entries":3}])"));
  EXPECT_LE(trackers[1].at("rest_ms").as_int64(), 0);
  EXPECT_TRUE(trackers[1].at("work").as_array().empty()) << "the lease has expired";
}

TEST_F(ClicksTest, NothingThatOnlyReadsHoldsUpTheDrain) {
  ApiRequest request;
  request.method = "GET";
  for (const auto* target : {"/v1/status", "/v1/clicks", "/v1/links/lnk_1"}) {
    request.target = target;
    EXPECT_FALSE(Api::needs_writer(request)) << target;
  }
}

}  // namespace
}  // namespace waymark::tracker::test
