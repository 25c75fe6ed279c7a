// The mix against the parts of the edge that read it.
#include "loadtest/mix/agents.hpp"
#include "loadtest/mix/mix.hpp"
#include "redirect/decide/user_agent.hpp"
#include "redirect/server/request_parser.hpp"
#include "redirect/server/target.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string_view>

namespace waymark::mix {
namespace {

using redirect::Method;
using redirect::Refusal;

TEST(MixAtTheEdge, TheParserTakesEveryRequest) {
  for (const MixRequest& each : make_mix({})) {
    redirect::Request request;
    redirect::HostBuffer host;
    ASSERT_EQ(redirect::parse_request(each.bytes, request).bytes, each.bytes.size()) << each.bytes;
    ASSERT_EQ(redirect::split_target(request, host), Refusal::none) << each.bytes;
    EXPECT_EQ(request.method == Method::head, each.kind == Kind::head);
    EXPECT_EQ(request.method == Method::other, each.kind == Kind::method);
    EXPECT_EQ(request.prefetch, each.kind == Kind::prefetch) << each.bytes;
    EXPECT_FALSE(request.content);
  }
}

TEST(MixAtTheEdge, PeopleAreNoRobots) {
  for (const auto list : {browsers(), in_app_browsers()}) {
    for (const Browser& browser : list) {
      EXPECT_EQ(redirect::classify_agent(browser.user_agent).bot, "") << browser.user_agent;
    }
  }
}

TEST(MixAtTheEdge, RobotsAreClassedAsWhatTheyAre) {
  for (const Robot& robot : robots()) {
    EXPECT_EQ(redirect::classify_agent(robot.user_agent).bot, to_text(robot.kind))
        << robot.user_agent;
  }
}

TEST(MixAtTheEdge, BrowsersShowTheirSystem) {
  const std::map<std::string_view, std::string_view> systems{{"Windows", "windows"},
                                                             {"macOS", "macos"},
                                                             {"Linux", "linux"},
                                                             {"Android", "android"},
                                                             {"Chrome OS", "chromeos"}};
  for (const Browser& browser : browsers()) {
    const std::string_view os = redirect::classify_agent(browser.user_agent).os;
    const auto known = systems.find(browser.platform);
    if (known != systems.end()) {
      EXPECT_EQ(os, known->second) << browser.user_agent;
    } else {
      EXPECT_NE(os, "other") << browser.user_agent;
    }
  }
}

}  // namespace
}  // namespace waymark::mix
