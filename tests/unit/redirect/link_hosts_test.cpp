#include "redirect/links/link_hosts.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace waymark::redirect::test {
namespace {

using namespace std::chrono_literals;

TEST(LinkHosts, KnowsWhatItWasToldAndAsksAgainWhenThatIsOld) {
  LinkHosts hosts{20ms};
  EXPECT_FALSE(hosts.is_fresh("go.example"));
  EXPECT_FALSE(hosts.is_ours("go.example"));
  hosts.learn("go.example", true);
  hosts.learn("shop.example", false);
  EXPECT_TRUE(hosts.is_ours("go.example"));
  EXPECT_FALSE(hosts.is_ours("shop.example"));
  std::this_thread::sleep_for(25ms);
  EXPECT_FALSE(hosts.is_fresh("go.example"));
  EXPECT_TRUE(hosts.is_ours("go.example")) << "until it has been heard otherwise";
}

TEST(LinkHosts, ForgetsWhatMayHaveChanged) {
  LinkHosts hosts{1h};
  for (const char* host : {"a", "b", "c"}) hosts.learn(host, true);
  EXPECT_TRUE(hosts.is_fresh("a"));
  hosts.changed("a");
  EXPECT_FALSE(hosts.is_fresh("a"));
  EXPECT_TRUE(hosts.is_fresh("b"));
  hosts.forget_all();
  EXPECT_FALSE(hosts.is_fresh("b"));
}

TEST(LinkHosts, IsBounded) {
  LinkHosts hosts{1h};
  for (std::size_t i = 0; i < LinkHosts::hosts_max; ++i) {
    EXPECT_FALSE(hosts.learn(std::to_string(i), true));
  }
  EXPECT_FALSE(hosts.learn("0", true)) << "one that is known takes no room";
  EXPECT_TRUE(hosts.learn(std::to_string(LinkHosts::hosts_max), true));
  EXPECT_FALSE(hosts.is_fresh("0"));
  EXPECT_TRUE(hosts.is_fresh(std::to_string(LinkHosts::hosts_max)));
}

}  // namespace
}  // namespace waymark::redirect::test
