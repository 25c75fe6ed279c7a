// The request path of one thread with a real journal: what is answered, what is journalled, and
// that a hit allocates nothing.
#include "allocations.hpp"
#include "common/click_line.hpp"
#include "responder_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark::redirect::test {
namespace {

TEST_F(ResponderTest, AMissWaitsForTheLookup) {
  EXPECT_EQ(respond_to(get("/Anna7,")), Step::waiting);
  EXPECT_EQ(responder->awaited(), (LookupKey{"go.example", "anna7"}));
  EXPECT_TRUE(answer.empty());
  know("anna7", link_to("https://shop.example/"));
  char* end = out.data();
  responder->resume(connection, LookupStatus::answered, end);
  EXPECT_TRUE(std::string(out.data(), end).starts_with("HTTP/1.1 302"));
  EXPECT_EQ(journalled().size(), 1U);
}

TEST_F(ResponderTest, TheClickIsJournalledAsALineThatTheTrackerReads) {
  know("anna7", link_to("https://shop.example/"));
  ASSERT_EQ(respond_to(get("/anna7?utm_source=mail&secret=x&sub1=%C3%A4&c=email&s=Tag1",
                           "Referer: https://news.example/page\r\n")),
            Step::answered);
  const auto lines = journalled();
  ASSERT_EQ(lines.size(), 1U);
  ClickLineParser parser;
  const std::string line = lines[0].substr(0, lines[0].find('\n'));
  const auto click = parser.parse(line);
  ASSERT_TRUE(click) << line;
  EXPECT_EQ(click->code, "anna7");
  EXPECT_EQ(click->host, "go.example");
  EXPECT_EQ(click->campaign, "camp_spring");
  EXPECT_EQ(click->referrer, "rfr_anna");
  EXPECT_EQ(click->channel, "email");
  EXPECT_EQ(click->share, "Tag1");
  EXPECT_EQ(click->referring_host, "news.example");
  EXPECT_EQ(click->query_json, "{\"utm_source\":\"mail\",\"sub1\":\"\xc3\xa4\"}");
  EXPECT_EQ(click->language, "de-DE");
  EXPECT_EQ(click->os, "linux");
  EXPECT_TRUE(click->new_visitor);
  EXPECT_TRUE(click->counted());
  EXPECT_NE(answer.find("wm_click="), std::string::npos);
}

TEST_F(ResponderTest, UnknownCodesAndBadPathsAre404WithoutAClick) {
  know("nope", nullptr);
  for (const char* target : {"/nope", "/a/b", "/no.pe", "/%00"}) {
    ASSERT_EQ(respond_to(get(target)), Step::answered) << target;
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 404")) << target;
    EXPECT_FALSE(connection.close_after) << target;
  }
  EXPECT_TRUE(journalled().empty());
  EXPECT_TRUE(asked.empty());
}

TEST_F(ResponderTest, ADomainSendsUnknownCodesSomewhereAndOwnsTheCookie) {
  auto domain = std::make_shared<DomainRecord>();
  domain->cookie_domain = "example";
  domain->fallback_url = "https://shop.example/oops";
  responder->on_lookup({"go.example", "nope"}, {LookupStatus::answered, nullptr, nullptr, domain});
  ASSERT_EQ(respond_to(get("/nope")), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 302"));
  EXPECT_EQ(header_of(answer, "Location"), "https://shop.example/oops");
  EXPECT_EQ(header_of(answer, "Set-Cookie"), "");
  EXPECT_TRUE(journalled().empty());

  responder->on_lookup({"go.example", "anna7"},
                       {LookupStatus::answered, nullptr, link_to("https://shop.example/"), domain});
  ASSERT_EQ(respond_to(get("/anna7")), Step::answered);
  EXPECT_NE(header_of(answer, "Set-Cookie").find("; Domain=example; HttpOnly"), std::string::npos);

  responder->on_domain("go.example", nullptr);
  ASSERT_EQ(respond_to(get("/nope")), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 404"));
}

TEST_F(ResponderTest, WithoutRedisAnUnseenCodeIs503) {
  ASSERT_EQ(respond_to(get("/anna7")), Step::waiting);
  char* end = out.data();
  responder->resume(connection, LookupStatus::unavailable, end);
  answer.assign(out.data(), end);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503"));
  EXPECT_EQ(header_of(answer, "Retry-After"), "1");
  EXPECT_FALSE(connection.close_after);
}

// All that is in use would wait in the same moment.
TEST_F(ResponderTest, WhenRedisIsBackALinkInUseIsRefreshedBehind) {
  know("anna7", link_to("https://shop.example/"));
  responder->set_redis_away(true);
  responder->set_now({noon_ms + 200'000, 201'000});
  responder->set_redis_away(false);
  EXPECT_EQ(respond_to(get("/anna7")), Step::answered);
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(ResponderTest, PastTheBudgetForUnknownCodesIs429) {
  ASSERT_EQ(respond_to(get("/anna7")), Step::waiting);
  char* end = out.data();
  responder->resume(connection, LookupStatus::over_budget, end);
  EXPECT_TRUE(std::string(out.data(), end).starts_with("HTTP/1.1 429"));
}

// --- unknown codes of one address ---

TEST_F(ResponderTest, OtherMethodsAndContent) {
  ASSERT_EQ(respond_to("DELETE /a HTTP/1.1\r\nHost: h\r\n\r\n"), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405"));
  EXPECT_EQ(header_of(answer, "Allow"), "GET, HEAD");
  EXPECT_FALSE(connection.close_after);
  ASSERT_EQ(respond_to("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"),
            Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405"));
  EXPECT_TRUE(connection.close_after);
  EXPECT_TRUE(connection.linger);
}

TEST_F(ResponderTest, ContentWithAGoodMethodIs413AndCloses) {
  ASSERT_EQ(respond_to("GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"),
            Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(connection.close_after);
}

// Host names are visitors' input: whatever they send, what is cached stays usable.
TEST_F(ResponderTest, AFloodOfHostsTakesNoLinkAway) {
  know("anna7", link_to("https://shop.example/"));
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_EQ(respond_to("GET /x HTTP/1.1\r\nHost: h" + std::to_string(i) + "\r\n\r\n"),
              Step::waiting);
    char* end = out.data();
    responder->resume(connection, LookupStatus::over_budget, end);
  }
  EXPECT_GT(responder->hosts().forgotten(), 0U);
  ASSERT_EQ(respond_to(get("/anna7")), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 302"));
}

TEST_F(ResponderTest, AnOldConnectionIsToldThatItEnds) {
  know("anna7", link_to("https://shop.example/"));
  connection.accepted_ms = 1'000;
  responder->set_now({noon_ms, 3'601'001});
  know("anna7", link_to("https://shop.example/"));
  ASSERT_EQ(respond_to(get("/anna7")), Step::answered);
  EXPECT_EQ(header_of(answer, "Connection"), "close");
}

TEST_F(ResponderTest, PipelinedRequestsAreAnsweredInOrder) {
  know("anna7", link_to("https://shop.example/"));
  receive(get("/anna7") + get("/a/b") + get("/anna7", "Connection: close\r\n"));
  EXPECT_EQ(respond(), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 302"));
  EXPECT_EQ(respond(), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 404"));
  EXPECT_EQ(respond(), Step::answered);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 302"));
  EXPECT_EQ(header_of(answer, "Connection"), "close");
  EXPECT_TRUE(connection.close_after);
  EXPECT_EQ(connection.begin, connection.end);
}

TEST_F(ResponderTest, WithoutRoomInTheJournalTheVisitorIsStillRedirected) {
  know("anna7", link_to("https://shop.example/"));
  journal.preparing = false;
  journal.origin->set_prepare_error(Errc::journal_full);
  while (counters.value(static_cast<std::size_t>(Counter::clicks_dropped_full)) == 0) {
    ASSERT_EQ(respond_to(get("/anna7")), Step::answered);
    ASSERT_TRUE(answer.starts_with("HTTP/1.1 302"));
  }
  EXPECT_EQ(journal.writer->dropped_full(), 1U);
}

TEST_F(ResponderTest, WhoComesTooLateGoesWhereTheDomainSendsThem) {
  auto domain = std::make_shared<DomainRecord>();
  domain->fallback_url = "https://shop.example/oops";
  LinkRecord record;
  record.destination = "https://shop.example/";
  record.full = true;
  responder->on_lookup({"go.example", "anna7"},
                       {LookupStatus::answered, nullptr, link_to(record), domain});
  ASSERT_EQ(respond_to(get("/anna7")), Step::answered);
  EXPECT_EQ(header_of(answer, "Location"), "https://shop.example/oops");
  EXPECT_EQ(header_of(answer, "Set-Cookie"), "");
  EXPECT_NE(journalled().at(0).find(R"("outcome":"full")"), std::string::npos);
}

// Behind a proxy the visitor changes from request to request; a proxy's word costs no allocation
// and counts only where the proxy is trusted.
TEST_F(ResponderTest, TrustedProxiesNameTheVisitor) {
  ResponderOptions options;
  options.cache.bytes_max = 1'000'000;
  options.cache.absences_max = 1'024;
  options.proxies = std::make_shared<const TrustedProxies>(std::vector<std::string>{"10.0.0.0/8"});
  responder = std::make_unique<Responder>(
      options, std::make_shared<const KeyRing>(test_keys()), *journal.writer,
      [](const LookupKey&, Asking) {}, counters);
  responder->set_now({noon_ms, 1'000});
  know("anna7", link_to("https://shop.example/"));
  connection.near_peer = *parse_address("10.0.0.1");
  connection.peer = peer_of(connection.near_peer);
  const auto visit = [this](const std::string& address) {
    receive(get("/anna7", "X-Forwarded-For: 1.1.1.1, " + address + "\r\n"));
    char* end = out.data();
    const std::size_t before = allocations();
    const Step step = responder->respond(connection, end);
    EXPECT_EQ(allocations() - before, 0U) << address;
    EXPECT_EQ(step, Step::answered);
    return std::string{connection.peer.truncated_text()};
  };
  respond_to(get("/anna7"));
  EXPECT_EQ(visit("198.51.100.7"), "10.0.0.0");  // not trusted
  connection.behind_proxy = true;
  EXPECT_EQ(visit("198.51.100.7"), "198.51.100.0");
  const auto first_hash = connection.peer.hash;
  EXPECT_EQ(visit("2001:db8:1:2::7"), "2001:db8:1::");
  EXPECT_EQ(visit("198.51.100.7"), "198.51.100.0");
  EXPECT_EQ(connection.peer.hash, first_hash);
  EXPECT_EQ(visit("198.51.100.8"), "198.51.100.0");
  EXPECT_NE(connection.peer.hash, first_hash);
  respond_to(get("/anna7"));
  EXPECT_EQ(connection.peer.truncated_text(), "10.0.0.0");
}

TEST_F(ResponderTest, AHitAllocatesNothing) {
  LinkRecord record;
  record.destination = "https://shop.example/welcome?x=1";
  record.rules = R"([{"when":{"os":["linux"],"language":["de"],"query":{"utm_source":["mail"]}},
                      "split":[{"weight":1,"destination":"https://shop.example/{click}?y=1"},
                               {"weight":2,"destination":"https://shop.example/{channel}"}]},
                     {"when":{"country":["DE"]},"destination":"https://shop.example/de"}])";
  know("anna7", link_to(record));
  const std::string first_visit = get("/anna7?utm_source=a-long-name-of-a-source&sub1=%C3%A4%22",
                                      "Referer: https://t.co/a\r\n");
  ASSERT_EQ(respond_to(first_visit), Step::answered);
  const std::string second_visit = get("/anna7?utm_source=mail", cookie_line(answer));
  ASSERT_EQ(respond_to(second_visit), Step::answered);
  const auto visit = [&](const std::string& bytes) {
    receive(bytes);
    char* end = out.data();
    return responder->respond(connection, end);
  };
  const std::size_t before = allocations();
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(visit(first_visit), Step::answered);
    ASSERT_EQ(visit(second_visit), Step::answered);
  }
  EXPECT_EQ(allocations() - before, 0U);
}

}  // namespace
}  // namespace waymark::redirect::test
