// The request path of one thread with a real journal: what is answered, what is journalled, and
// that a hit allocates nothing.
#include "redirect/server/responder.hpp"

#include "allocations.hpp"
#include "common/click_line.hpp"
#include "tests/unit/journal/journal_fixture.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark::redirect::test {
namespace {

class ResponderTest : public testing::Test {
 protected:
  ResponderTest() {
    ResponderOptions options;
    options.cache.bytes_max = 1'000'000;
    options.cache.absences_max = 1'024;
    options.unknown_per_address = {.rate = 1, .burst = 3};
    responder = std::make_unique<Responder>(
        options, std::make_shared<const KeyRing>(test_keys()), *journal.writer,
        [this](const LookupKey& key, Asking) { asked.push_back(key); }, counters);
    responder->set_now({noon_ms, 1'000});
  }

  void know(const std::string& code, std::shared_ptr<const ResolvedLink> link) {
    responder->on_lookup({"go.example", code},
                         {LookupStatus::answered, nullptr, std::move(link), nullptr});
  }

  void receive(const std::string& bytes) {
    std::copy(bytes.begin(), bytes.end(),
              connection.in.begin() + static_cast<std::ptrdiff_t>(connection.end));
    connection.end += bytes.size();
  }

  Step respond() {
    char* end = out.data();
    const Step step = responder->respond(connection, end);
    responder->sign();
    answer.assign(out.data(), end);
    return step;
  }
  Step respond_to(const std::string& bytes) {
    receive(bytes);
    return respond();
  }

  // Lines in the journal so far.
  std::vector<std::string> journalled() {
    const Sequence last = journal.writer->last();
    return last == 0 ? std::vector<std::string>{} : journal.read_all(1, last, 1 << 20);
  }

  JournalFixture journal;
  MetricShard counters{static_cast<std::size_t>(Counter::count_)};
  std::vector<LookupKey> asked;
  std::unique_ptr<Responder> responder;
  Connection connection;
  std::string out = std::string(limits::answer_bytes_max, '\0');
  std::string answer;
};

std::string get(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: go.example\r\nUser-Agent: " + std::string{firefox} +
         "\r\nAccept-Language: de-DE,de;q=0.9\r\n" + fields + "\r\n";
}

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

TEST_F(ResponderTest, PastTheBudgetForUnknownCodesIs429) {
  ASSERT_EQ(respond_to(get("/anna7")), Step::waiting);
  char* end = out.data();
  responder->resume(connection, LookupStatus::over_budget, end);
  EXPECT_TRUE(std::string(out.data(), end).starts_with("HTTP/1.1 429"));
}

// --- unknown codes of one address ---

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
