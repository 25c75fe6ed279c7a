// What is heard of a real Redis' changes, flushes, losses and silence (shipping.md rule 15).
#include "redirect/links/tracking.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/unit/runtime/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace waymark::redirect {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Not;

class TrackingOfRedis : public testing::Test {
 protected:
  void SetUp() override {
    tracking_->start();
    ASSERT_TRUE(test::run_until(io_, [&] { return tracking_->armed(); }));
  }
  void TearDown() override {
    tracking_.reset();
    io_.restart();
    io_.poll();
  }

  bool hears_of(const std::string& key) {
    return test::run_until(io_, [&] { return testing::Value(changed_, Contains(key)); });
  }
  bool hears_of_anything_more_than(int times) {
    return test::run_until(io_, [&] { return anything_changed_ > times; });
  }

  redis::ConnectionOptions options() const {
    redis::ConnectionOptions options;
    options.url = redis::parse_url(server_.url(), "redis");
    return options;
  }

  test::RedisServer server_;
  boost::asio::io_context io_{1};
  Log log_{"test", LogLevel::error, LogFormat::json};
  std::vector<std::string> changed_;
  int anything_changed_ = 0;
  std::shared_ptr<Tracking> tracking_ = std::make_shared<Tracking>(
      io_, options(),
      Tracking::Events{[this](std::span<const std::string_view> keys) {
                         changed_.insert(changed_.end(), keys.begin(), keys.end());
                       },
                       [this] { ++anything_changed_; }},
      log_);
};

TEST_F(TrackingOfRedis, HearsOfEveryKindOfRecordAndOfNothingElse) {
  server_.call({"SET", "wm:clicks:{0}", "1"});
  for (const char* key : {"wm:link:*/anna", "wm:campaign:camp_1", "wm:domain:go.example"}) {
    server_.call({"HSET", key, "a", "b"});
    EXPECT_TRUE(hears_of(key)) << key;
    server_.call({"DEL", key});
    changed_.clear();
    EXPECT_TRUE(hears_of(key)) << key << ", which has gone";
  }
  server_.call({"SET", "wm:filled", "1"});
  EXPECT_TRUE(hears_of("wm:filled"));
  EXPECT_THAT(changed_, Not(Contains("wm:clicks:{0}")));
}

TEST_F(TrackingOfRedis, AFlushMayHaveChangedAnything) {
  server_.call({"HSET", "wm:link:*/anna", "a", "b"});
  ASSERT_TRUE(hears_of("wm:link:*/anna"));
  const int before = anything_changed_;
  server_.call({"FLUSHALL"});
  EXPECT_TRUE(hears_of_anything_more_than(before));
  EXPECT_TRUE(tracking_->armed());
}

TEST_F(TrackingOfRedis, ALossAndANewBeginningMayHaveChangedAnything) {
  const int before = anything_changed_;
  server_.kill();
  EXPECT_TRUE(hears_of_anything_more_than(before)) << "the loss";
  EXPECT_FALSE(tracking_->armed());
  const int lost = anything_changed_;
  server_.restart();
  EXPECT_TRUE(hears_of_anything_more_than(lost)) << "the new beginning";
  EXPECT_TRUE(tracking_->armed());
  server_.call({"HSET", "wm:link:*/anna", "a", "b"});
  EXPECT_TRUE(hears_of("wm:link:*/anna"));
}

// The connection stands, and nothing would ever come over it.
TEST_F(TrackingOfRedis, ASilentServerIsALoss) {
  const int before = anything_changed_;
  server_.stop_signal();
  EXPECT_TRUE(hears_of_anything_more_than(before));
  EXPECT_FALSE(tracking_->armed());
  server_.continue_signal();
  EXPECT_TRUE(test::run_until(io_, [&] { return tracking_->armed(); }));
}

// A master left the Cluster while the thread was busy: the second of the ping was over by then.
TEST_F(TrackingOfRedis, AnEndWhileAPingIsDueLeavesNothingBehind) {
  boost::asio::steady_timer master_left{io_, 0ms};
  master_left.async_wait([this](boost::system::error_code) { tracking_.reset(); });
  std::this_thread::sleep_for(1100ms);
  io_.restart();
  io_.run_for(500ms);
  EXPECT_TRUE(io_.stopped()) << "something still waits";
}

}  // namespace
}  // namespace waymark::redirect
