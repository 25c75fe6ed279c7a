#include "redirect/links/link_hosts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace waymark::redirect::test {
namespace {

using namespace std::chrono_literals;

TEST(LinkHosts, KnowsWhatItWasToldUntilThatIsOld) {
  LinkHosts hosts{20ms};
  EXPECT_EQ(hosts.is_ours("go.example"), std::nullopt);
  hosts.learn("go.example", true);
  hosts.learn("shop.example", false);
  EXPECT_EQ(hosts.is_ours("go.example"), true);
  EXPECT_EQ(hosts.is_ours("shop.example"), false);
  hosts.changed("go.example");
  EXPECT_EQ(hosts.is_ours("go.example"), std::nullopt);
  std::this_thread::sleep_for(25ms);
  EXPECT_EQ(hosts.is_ours("shop.example"), std::nullopt);
}

TEST(LinkHosts, IsBounded) {
  LinkHosts hosts{1h};
  for (std::size_t i = 0; i <= LinkHosts::hosts_max; ++i) hosts.learn(std::to_string(i), true);
  EXPECT_EQ(hosts.is_ours("0"), std::nullopt);
  EXPECT_EQ(hosts.is_ours(std::to_string(LinkHosts::hosts_max)), true);
}

TEST(LinkHosts, AreThoseOfEveryPlaceThatALinkLeadsTo) {
  LinkRecord link;
  link.destination = "https://Shop.example:8443/{code}";
  link.expired_url = "https://late.example/";
  link.rules = R"([{"destination":"https://shop.example/rule"},
                   {"split":[{"weight":1,"destination":"https://a.example/"},
                             {"weight":1,"destination":"https://b.example/"}]}])";
  EXPECT_THAT(hosts_of(link),
              testing::ElementsAre("shop.example", "late.example", "a.example", "b.example"));
}

}  // namespace
}  // namespace waymark::redirect::test
