#include "common/admin/admin_pages.hpp"

#include "common/version.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace waymark {
namespace {

namespace beast_http = boost::beast::http;

class AdminPagesTest : public ::testing::Test {
 protected:
  http::Response get(const std::string& target, beast_http::verb method = beast_http::verb::get) {
    const http::Request request{method, target, 11};
    boost::asio::io_context io;
    const auto handler = admin_pages({.program = "waymark-test",
                                      .live = [this] { return live_; },
                                      .ready = [this] { return checks_; },
                                      .metrics = [] { return std::string{"waymark_x 1\n"}; },
                                      .config = [] { return std::string{R"({"listen":"x"})"}; },
                                      .key_ids = [] { return std::vector<std::string>{"k1"}; },
                                      .data_versions =
                                          [] {
                                            return std::vector<DataVersion>{{"agents", "1.60.0"}};
                                          }});
    auto answer = boost::asio::co_spawn(io, handler(request), boost::asio::use_future);
    io.run();
    return answer.get();
  }

  bool live_ = true;
  std::vector<ReadyCheck> checks_{{"cache", true, "warm"}, {"running", true, ""}};
};

TEST_F(AdminPagesTest, LivezFollowsTheLoops) {
  EXPECT_EQ(get("/livez").result_int(), 200U);
  EXPECT_EQ(get("/healthz").result_int(), 200U);
  live_ = false;
  EXPECT_EQ(get("/livez").result_int(), 503U);
}

TEST_F(AdminPagesTest, ReadyzNeedsEveryCheck) {
  EXPECT_EQ(get("/readyz").result_int(), 200U);
  checks_[1] = {"running", false, "ending"};
  EXPECT_EQ(get("/readyz").result_int(), 503U);
  const auto verbose = get("/readyz?verbose");
  EXPECT_EQ(verbose.result_int(), 503U);
  const auto json = boost::json::parse(verbose.body());
  EXPECT_EQ(json.at("ready"), false);
  EXPECT_EQ(json.at("checks").at(1).at("detail"), "ending");
}

TEST_F(AdminPagesTest, VersionConfigAndMetricsAreShown) {
  const auto json = boost::json::parse(get("/version").body());
  EXPECT_EQ(json.at("program"), "waymark-test");
  EXPECT_EQ(std::string{json.at("version").as_string()}, version());
  EXPECT_EQ(json.at("keys").at(0), "k1");
  EXPECT_EQ(json.at("data").at("agents"), "1.60.0");
  EXPECT_EQ(get("/config").body(), R"({"listen":"x"})");
  EXPECT_EQ(get("/metrics").body(), "waymark_x 1\n");
  EXPECT_TRUE(get("/metrics")[beast_http::field::content_type].starts_with("text/plain; version="));
}

TEST_F(AdminPagesTest, OtherPathsAndMethodsAreRefused) {
  EXPECT_EQ(get("/").result_int(), 404U);
  const auto refused = get("/livez", beast_http::verb::post);
  EXPECT_EQ(refused.result_int(), 405U);
  EXPECT_EQ(refused[beast_http::field::allow], "GET, HEAD");
}

}  // namespace
}  // namespace waymark
