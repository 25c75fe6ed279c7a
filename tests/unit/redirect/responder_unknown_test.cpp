// Who asks for many unknown codes: the budget of an address.
#include "responder_fixture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect::test {
namespace {

class UnknownCodes : public ResponderTest {
 protected:
  UnknownCodes() { come_from("\xcb\x01\x71\x07"); }

  void come_from(std::string_view address) {
    connection.peer.address = address_from(address.data(), address.size());
  }
  // Asks for a code that Redis does not know either.
  std::string guess(const std::string& code) {
    if (respond_to(get("/" + code)) == Step::answered) return answer.substr(9, 3);
    know(code, nullptr);
    return resume();
  }
  std::string resume(LookupStatus status = LookupStatus::answered) {
    char* end = out.data();
    responder->resume(connection, status, end);
    return std::string(out.data(), end).substr(9, 3);
  }
  void guess_until_limited() {
    for (const char* code : {"a", "b", "c"}) ASSERT_EQ(guess(code), "404");
    ASSERT_EQ(guess("d"), "429");
  }
};

TEST_F(UnknownCodes, PastTheBudgetOfTheAddressAre429) {
  guess_until_limited();
  EXPECT_EQ(header_of(answer, "Retry-After"), "1");
  EXPECT_FALSE(connection.close_after);
  EXPECT_EQ(counters.value(static_cast<std::size_t>(Counter::over_address_budget)), 1U);
  come_from("\xcb\x01\x71\x08");
  EXPECT_EQ(guess("d"), "404") << "somebody else is not held back";
  come_from("\xcb\x01\x71\x07");
  responder->set_now({noon_ms, 2'000});
  EXPECT_EQ(guess("e"), "404") << "a second later there is one more";
  EXPECT_EQ(guess("f"), "429");
}

TEST_F(UnknownCodes, WhatIsKnownIsServedToALimitedAddress) {
  know("anna7", link_to("https://shop.example/"));
  guess_until_limited();
  ASSERT_EQ(respond_to(get("/anna7")), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 302"));
  EXPECT_EQ(guess("a"), "404") << "remembered as unknown: costs nothing, is not charged";
  responder->on_changed({"go.example", "anna7"});
  ASSERT_EQ(respond_to(get("/anna7")), Step::waiting)
      << "a known link that changed may be asked for";
}

TEST_F(UnknownCodes, OnlyThoseThatTurnOutUnknownAreCharged) {
  for (int i = 0; i < 10; ++i) {
    const std::string code = "link" + std::to_string(i);
    ASSERT_EQ(respond_to(get("/" + code)), Step::waiting);
    LinkRecord record;
    record.destination = "https://shop.example/";
    know(code, resolve_link(code, std::move(record), resolve_campaign("", {}, true)));
    ASSERT_EQ(resume(), "302");
    ASSERT_EQ(respond_to(get("/away" + std::to_string(i))), Step::waiting);
    ASSERT_EQ(resume(LookupStatus::unavailable), "503");
  }
  EXPECT_EQ(guess("a"), "404");
}

// Any Host header would make a known code a new question.
TEST_F(UnknownCodes, AsWellAsKnownCodesOfUnheardHosts) {
  const auto ask_at = [&](const std::string& host, std::shared_ptr<const DomainRecord> domain) {
    const Step step = respond_to("GET /anna7 HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    if (step == Step::answered) return answer.substr(9, 3);
    responder->on_lookup({host, "anna7"}, {LookupStatus::answered, nullptr,
                                           link_to("https://shop.example/"), std::move(domain)});
    return resume();
  };
  know("anna7", link_to("https://shop.example/"));
  const auto ours = std::make_shared<const DomainRecord>();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask_at("ours" + std::to_string(i), ours), "302");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask_at("theirs" + std::to_string(i), nullptr), "302");
  EXPECT_EQ(ask_at("theirs3", nullptr), "429");
  EXPECT_EQ(ask_at("theirs2", nullptr), "302");
}

}  // namespace
}  // namespace waymark::redirect::test
