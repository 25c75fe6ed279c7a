// What preview agents are shown of a link.
#include "allocations.hpp"
#include "common/click_line.hpp"
#include "responder_fixture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect::test {
namespace {

std::string get_as(const std::string& agent, const std::string& fields = {},
                   const std::string& method = "GET") {
  return method + " /anna7 HTTP/1.1\r\nHost: evil.example\r\nUser-Agent: " + agent + "\r\n" +
         fields + "\r\n";
}

class CardTest : public ResponderTest {
 protected:
  CardTest() { know_spring({}); }

  void know_spring(CampaignRecord campaign) {
    LinkRecord link;
    link.destination = "https://shop.example/";
    link.title = "Spring sale";
    link.campaign = "camp_spring";
    responder->on_lookup({"evil.example", "anna7"},
                         {LookupStatus::answered, nullptr, link_to(link, campaign), nullptr});
  }
  Click last_click() {
    line = journalled().back();
    line.resize(line.find('\n'));
    return parser.parse(line).value();
  }

  std::string line;
  ClickLineParser parser;
};

TEST_F(CardTest, IsShownToPreviewAgentsAndRecorded) {
  ASSERT_EQ(respond_to(get_as("WhatsApp/2.23.20.0")), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(answer.find("<h1>Spring sale</h1>"), std::string::npos);
  EXPECT_EQ(header_of(answer, "Set-Cookie"), "");
  EXPECT_EQ(answer.find("evil.example"), std::string::npos) << "the Host header is no base";
  EXPECT_EQ(last_click().bot, "preview");
  EXPECT_EQ(last_click().list, AgentList::built_in()->version());
  EXPECT_FALSE(last_click().counted());
  EXPECT_EQ(counters.value(static_cast<std::size_t>(Counter::cards)), 1U);
}

TEST_F(CardTest, OfAHeadRequestHasNoContent) {
  ASSERT_EQ(respond_to(get_as("Twitterbot/1.0", "", "HEAD")), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
  EXPECT_NE(header_of(answer, "Content-Length"), "0");
  EXPECT_EQ(last_click().bot, "head");
  EXPECT_EQ(last_click().list, "") << "no list said so";
}

TEST_F(CardTest, IsForPreviewAgentsAlone) {
  for (const char* agent : {"curl/8.0", "Googlebot/2.1", "proofpoint", ""}) {
    ASSERT_EQ(respond_to(get_as(agent)), Step::answered);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 302")) << agent;
  }
  ASSERT_EQ(respond_to(get_as("Twitterbot/1.0", "Sec-Purpose: prefetch\r\n")), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 302"));
}

TEST_F(CardTest, IsNotShownOfALinkThatIsNotOpen) {
  know_spring({.status = CampaignStatus::ended});
  ASSERT_EQ(respond_to(get_as("Twitterbot/1.0")), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 410"));
  EXPECT_EQ(last_click().bot, "preview");
  EXPECT_EQ(last_click().outcome, "ended");
}

TEST_F(CardTest, TakesNoAllocation) {
  const std::string bytes = get_as("Twitterbot/1.0");
  ASSERT_EQ(respond_to(bytes), Step::answered);
  receive(bytes);
  char* end = out.data();
  const std::size_t before = allocations();
  ASSERT_EQ(responder->respond(connection, end), Step::answered);
  EXPECT_EQ(allocations() - before, 0U);
}

}  // namespace
}  // namespace waymark::redirect::test
