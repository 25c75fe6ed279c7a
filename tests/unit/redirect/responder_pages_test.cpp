// What a thread shows instead of redirecting, and what it asks of Redis for that.
#include "redirect/server/responder.hpp"
#include "tests/unit/journal/journal_fixture.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark::redirect::test {
namespace {

struct Asked {
  LookupKey key;
  Asking asking;
};

class ResponderPagesTest : public testing::Test {
 protected:
  ResponderPagesTest() { make(); }

  void make(bool refuse_unknown_hosts = false, double qr_rate = 100) {
    options.cache.bytes_max = 1'000'000;
    options.cache.absences_max = 1'024;
    options.hosts_max = 8;
    options.base = {"https://go.example/l", "https", "go.example"};
    options.refuse_unknown_hosts = refuse_unknown_hosts;
    options.qr_rate = qr_rate;
    responder = std::make_unique<Responder>(
        options, std::make_shared<const KeyRing>(test_keys()), *journal.writer,
        [this](const LookupKey& key, Asking asking) {
          asked.push_back({key, asking});
        },
        counters);
    responder->set_now({noon_ms, 1'000});
  }

  void know(const std::string& host, const std::string& code,
            std::shared_ptr<const ResolvedLink> link,
            std::shared_ptr<const DomainRecord> domain = nullptr, bool bound = false) {
    LookupResult result{.status = LookupStatus::answered, .domain = std::move(domain)};
    (bound ? result.bound : result.any) = std::move(link);
    responder->on_lookup({host, code}, result);
  }
  void know_domain(const std::string& host, DomainRecord domain) {
    responder->on_lookup({host, ""}, {.status = LookupStatus::answered,
                                      .domain = std::make_shared<DomainRecord>(std::move(domain))});
  }

  Step get(const std::string& target, const std::string& host = "go.example",
           const std::string& fields = {}, const std::string& method = "GET") {
    const std::string bytes = method + " " + target + " HTTP/1.1\r\nHost: " + host +
                              "\r\nUser-Agent: " + std::string{firefox} + "\r\n" + fields + "\r\n";
    std::ranges::copy(bytes, connection.in.begin() + static_cast<std::ptrdiff_t>(connection.end));
    connection.end += bytes.size();
    char* end = out.data();
    const Step step = responder->respond(connection, end);
    take(end);
    if (step == Step::waiting) responder->ask_for_awaited();
    return step;
  }
  void resume(LookupStatus status = LookupStatus::answered) {
    char* end = out.data();
    responder->resume(connection, status, end);
    take(end);
  }
  void take(char* end) {
    responder->sign();
    answer.assign(out.data(), end);
    body = connection.content ? *std::exchange(connection.content, nullptr) : std::string{};
  }
  std::uint64_t count(Counter counter) const {
    return counters.value(static_cast<std::size_t>(counter));
  }
  std::string status() const { return answer.substr(9, 3); }
  std::string header(const std::string& name) const { return header_of(answer, name); }

  ResponderOptions options;
  JournalFixture journal;
  MetricShard counters{static_cast<std::size_t>(Counter::count_)};
  std::vector<Asked> asked;
  std::unique_ptr<Responder> responder;
  Connection connection;
  std::string out = std::string(limits::answer_bytes_max, '\0');
  std::string answer;
  std::string body;
};

TEST_F(ResponderPagesTest, ShowingALinkIsNoClick) {
  know("go.example", "anna7", link_to("https://shop.example/"));
  for (const char* target : {"/anna7+", "/anna7.svg", "/anna7.png", "/anna7.png?size=64"}) {
    ASSERT_EQ(get(target), Step::answered) << target;
    EXPECT_EQ(status(), "200") << target;
    EXPECT_EQ(header("Set-Cookie"), "") << target;
    EXPECT_EQ(header("X-Robots-Tag"), "noindex") << target;
    EXPECT_EQ(header("Content-Length"), std::to_string(body.size())) << target;
  }
  EXPECT_EQ(journal.writer->last(), 0U);
  EXPECT_EQ(count(Counter::pages), 4U);
  EXPECT_EQ(count(Counter::qr_drawn), 3U);
}

TEST_F(ResponderPagesTest, ShowingALinkWaitsForItsLookupLikeARedirect) {
  ASSERT_EQ(get("/Anna7+", "go.example", "Accept-Language: de\r\n"), Step::waiting);
  EXPECT_EQ(asked.at(0).key, (LookupKey{"go.example", "anna7"}));
  know("go.example", "anna7", link_to("https://shop.example/"));
  resume();
  EXPECT_EQ(status(), "200");
  EXPECT_EQ(header("Content-Language"), "de");
  EXPECT_EQ(header("Referrer-Policy"), "no-referrer");
  EXPECT_NE(body.find("shop.example"), std::string::npos);

  ASSERT_EQ(get("/other.png"), Step::waiting);
  resume(LookupStatus::unavailable);
  EXPECT_EQ(status(), "503");
  ASSERT_EQ(get("/other.svg"), Step::waiting);
  resume(LookupStatus::over_budget);
  EXPECT_EQ(status(), "429");
}

// Whatever decides where a redirect goes decides what the page says.
TEST_F(ResponderPagesTest, APageNamesTheHostToWhichTheRedirectGoes) {
  auto domain = std::make_shared<DomainRecord>();
  domain->fallback_url = "https://domain.example/late";
  const auto with = [](auto change, CampaignRecord campaign = {}) {
    LinkRecord link;
    link.destination = "https://shop.example/welcome";
    change(link);
    return link_to(std::move(link), std::move(campaign));
  };
  CampaignRecord ended;
  ended.status = CampaignStatus::ended;
  ended.fallback_url = "https://campaign.example/late";
  const auto rules = [](std::string text) {
    return [text](LinkRecord& link) { link.rules = text; };
  };
  know("go.example", "plain", with([](LinkRecord&) {}), domain);
  know("go.example", "all", with(rules(R"([{"destination":"https://a.example/"}])")), domain);
  know("go.example", "linux",
       with(rules(R"([{"when":{"os":["ios"]},"destination":"https://ios.example/"},
                      {"when":{"os":["linux"],"language":["de"],"query":{"x":["1"]}},
                       "destination":"https://linux.example/"}])")),
       domain);
  know("go.example", "split",
       with(rules(R"([{"split":[{"weight":1,"destination":"https://a.example/"},
                                {"weight":1,"destination":"https://b.example/"}]}])")),
       domain);
  know("go.example", "late", with([](LinkRecord& link) {
         link.expires_at = 1;
         link.expired_url = "https://late.example/";
         link.rules = R"([{"destination":"https://a.example/"}])";
       }),
       domain);
  know("go.example", "ended", with([](LinkRecord&) {}, ended), domain);
  know("go.example", "paused", with([](LinkRecord& link) { link.status = LinkStatus::paused; }),
       domain);
  for (const char* code : {"plain", "all", "linux", "split", "late", "ended", "paused"}) {
    for (const char* query : {"", "?x=1"}) {
      for (const char* language : {"Accept-Language: de\r\n", "Accept-Language: fr\r\n"}) {
        ASSERT_EQ(get("/" + std::string{code} + query, "go.example", language), Step::answered);
        const std::string location = header("Location");
        ASSERT_TRUE(location.starts_with("https://")) << code;
        const std::string host = location.substr(8, location.find('/', 8) - 8);
        ASSERT_EQ(get("/" + std::string{code} + "+" + query, "go.example", language),
                  Step::answered);
        const std::string heading = body.substr(0, body.find("</h1>"));
        EXPECT_NE(heading.find("<bdi>" + host + "</bdi>"), std::string::npos)
            << code << query << " " << language << body;
      }
    }
  }
}

TEST_F(ResponderPagesTest, HeadHasTheSameHeadersAndNoContent) {
  know("go.example", "anna7", link_to("https://shop.example/"));
  for (const char* target : {"/anna7+", "/anna7.png", "/favicon.ico"}) {
    ASSERT_EQ(get(target), Step::answered);
    const std::string length = header("Content-Length");
    ASSERT_EQ(get(target, "go.example", "", "HEAD"), Step::answered);
    EXPECT_EQ(header("Content-Length"), length);
    EXPECT_TRUE(body.empty());
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
  }
}

TEST_F(ResponderPagesTest, UnknownCodesAndDraftsAre404InEveryForm) {
  auto domain = std::make_shared<DomainRecord>();
  domain->fallback_url = "https://shop.example/oops";
  know("go.example", "nope", nullptr, domain);
  CampaignRecord draft;
  draft.status = CampaignStatus::draft;
  know("go.example", "anna7", link_to("https://shop.example/", draft), domain);
  for (const char* target : {"/nope+", "/nope.svg", "/nope.png", "/anna7+", "/anna7.png"}) {
    ASSERT_EQ(get(target), Step::answered);
    EXPECT_EQ(status(), "404") << target;
  }
  ASSERT_EQ(get("/nope"), Step::answered);
  EXPECT_EQ(status(), "302") << "a link that is followed goes to the domain's fallback";
}

TEST_F(ResponderPagesTest, PastTheRateAQrCodeIs429) {
  make(false, 1);
  know("go.example", "anna7", link_to("https://shop.example/"));
  ASSERT_EQ(get("/anna7.png"), Step::answered);
  EXPECT_EQ(status(), "200");
  ASSERT_EQ(get("/anna7.svg"), Step::answered);
  EXPECT_EQ(status(), "429");
  EXPECT_EQ(header("Retry-After"), "1");
  EXPECT_EQ(count(Counter::qr_refused), 1U);
  ASSERT_EQ(get("/anna7.png"), Step::answered);
  EXPECT_EQ(status(), "200") << "what was drawn before is served on";
}

TEST_F(ResponderPagesTest, OneAddressDrawsAsOftenAsItMayAskForUnknownCodes) {
  options.unknown_per_address = {.rate = 1, .burst = 3};
  make();
  know("go.example", "anna7", link_to("https://shop.example/"));
  connection.peer = peer_of(*parse_address("192.0.2.7"));
  for (const char* size : {"100", "200", "300"}) {
    ASSERT_EQ(get("/anna7.png?size=" + std::string{size}), Step::answered);
    EXPECT_EQ(status(), "200") << size;
  }
  ASSERT_EQ(get("/anna7.png?size=400"), Step::answered);
  EXPECT_EQ(status(), "429");
  EXPECT_EQ(count(Counter::over_address_budget), 1U);
  ASSERT_EQ(get("/anna7.png?size=301"), Step::answered);
  EXPECT_EQ(status(), "200") << "the same picture as that of 300";
  connection.peer = peer_of(*parse_address("192.0.2.8"));
  ASSERT_EQ(get("/anna7.png?size=400"), Step::answered);
  EXPECT_EQ(status(), "200");
}

TEST_F(ResponderPagesTest, OurOwnPathsNeverAskForACode) {
  for (const char* target : {"/favicon.ico", "/.well-known/security.txt", "/.well-known/x/y"}) {
    ASSERT_EQ(get(target), Step::answered) << target;
  }
  EXPECT_EQ(status(), "404");
  EXPECT_TRUE(asked.empty());
  ASSERT_EQ(get("/"), Step::waiting);
  resume(LookupStatus::unavailable);
  ASSERT_EQ(get("/robots.txt"), Step::waiting);
  resume(LookupStatus::unavailable);
  for (const Asked& one : asked) {
    EXPECT_TRUE(asks_for_host(one.key));
    EXPECT_EQ(one.asking, Asking::unheard) << "charged when the host turns out to be unknown";
  }
}

TEST_F(ResponderPagesTest, TheRootGoesWhereTheDomainSays) {
  ASSERT_EQ(get("/"), Step::waiting);
  know_domain("go.example", {.root_url = "https://firm.example/"});
  resume();
  EXPECT_EQ(status(), "302");
  EXPECT_EQ(header("Location"), "https://firm.example/");
  EXPECT_EQ(header("Set-Cookie"), "");
  ASSERT_EQ(get("/?x=1"), Step::answered) << "the record is remembered";
  EXPECT_EQ(header("Location"), "https://firm.example/");
  responder->on_domain("go.example", nullptr);
  ASSERT_EQ(get("/"), Step::answered);
  EXPECT_EQ(status(), "200");
  EXPECT_EQ(header("Content-Language"), "en");
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(ResponderPagesTest, RobotsAreTheDomainsOrLetCrawlersIn) {
  ASSERT_EQ(get("/robots.txt"), Step::waiting);
  responder->on_lookup({"go.example", ""}, {.status = LookupStatus::answered});
  resume();
  EXPECT_EQ(status(), "200");
  EXPECT_EQ(header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(body, "User-agent: *\nDisallow:\n");
  auto domain = std::make_shared<DomainRecord>();
  domain->robots = "User-agent: *\nDisallow: /\n";
  responder->on_domain("go.example", domain);
  ASSERT_EQ(get("/robots.txt"), Step::answered);
  EXPECT_EQ(body, domain->robots);
}

TEST_F(ResponderPagesTest, TheRecordOfAHostIsAskedForAgain) {
  ASSERT_EQ(get("/"), Step::waiting);
  know_domain("go.example", {.root_url = "https://firm.example/"});
  resume();
  responder->set_now({noon_ms, 1'000 + 60'000});
  responder->set_redis_away(true);
  ASSERT_EQ(get("/"), Step::answered) << "with Redis away what is known must do";
  responder->set_redis_away(false);
  ASSERT_EQ(get("/"), Step::waiting);
  EXPECT_EQ(asked.back().asking, Asking::known_again);
  resume(LookupStatus::unavailable);
  EXPECT_EQ(header("Location"), "https://firm.example/");
  know_domain("go.example", {.root_url = "https://firm.example/"});
  ASSERT_EQ(get("/"), Step::answered);
  responder->on_anything_changed();
  ASSERT_EQ(get("/"), Step::waiting) << "a change may have been missed";
  resume();
}

// --- hosts.unknown = refuse ---

TEST_F(ResponderPagesTest, AHostWithoutARecordIsRefusedAndNotAskedForAgain) {
  make(true);
  know("go.example", "anna7", link_to("https://shop.example/"));
  ASSERT_EQ(get("/anna7", "evil.example"), Step::waiting);
  EXPECT_EQ(asked.at(0).asking, Asking::other_host) << "charged to the budget for unknown codes";
  know("evil.example", "anna7", link_to("https://shop.example/"));
  resume();
  EXPECT_EQ(status(), "404");
  for (const char* target : {"/anna7", "/other", "/anna7+", "/anna7.png", "/", "/robots.txt"}) {
    ASSERT_EQ(get(target, "evil.example"), Step::answered) << target;
    EXPECT_EQ(status(), "404") << target;
  }
  EXPECT_EQ(asked.size(), 1U);
  EXPECT_EQ(count(Counter::hosts_refused), 7U);
  EXPECT_EQ(journal.writer->last(), 0U);
}

TEST_F(ResponderPagesTest, OurHostsAreServed) {
  make(true);
  know("go.example", "anna7", link_to("https://shop.example/"));
  ASSERT_EQ(get("/anna7"), Step::answered) << "links.base_url needs no record";
  EXPECT_EQ(status(), "302");
  ASSERT_EQ(get("/anna7", "brand.example"), Step::waiting);
  know("brand.example", "anna7", link_to("https://shop.example/"),
       std::make_shared<DomainRecord>());
  resume();
  EXPECT_EQ(status(), "302");
  // Hosts that nobody knows push out each other, not the firm's.
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(get("/anna7", "h" + std::to_string(i) + ".example"), Step::waiting);
    resume(LookupStatus::over_budget);
    EXPECT_EQ(status(), "429");
  }
  ASSERT_EQ(get("/anna7", "brand.example"), Step::answered);
  EXPECT_EQ(status(), "302");
  ASSERT_EQ(get("/anna7"), Step::answered);
  EXPECT_EQ(status(), "302");
}

// The firm's domains are as many as it has: what visitors may fill comes on top.
TEST_F(ResponderPagesTest, MoreDomainsThanHostsMaxAreNeverForgotten) {
  make(false);
  const auto domain = std::make_shared<DomainRecord>(DomainRecord{.cookie_domain = "firm.example"});
  const auto host_of = [](int i) { return "d" + std::to_string(i) + ".firm.example"; };
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(get("/anna7", host_of(i)), Step::waiting);
    know(host_of(i), "anna7", link_to("https://shop.example/"), domain);
    resume();
  }
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(get("/anna7", "h" + std::to_string(i) + ".example"), Step::waiting);
    resume(LookupStatus::over_budget);
  }
  EXPECT_GE(responder->hosts().forgotten(), 50U - 8U - 1U);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(get("/anna7", host_of(i)), Step::answered);
    EXPECT_NE(header("Set-Cookie").find("Domain=firm.example"), std::string::npos) << i;
  }
}

TEST_F(ResponderPagesTest, ARefusedHostIsServedOnceItHasARecord) {
  make(true);
  ASSERT_EQ(get("/anna7", "brand.example"), Step::waiting);
  know("brand.example", "anna7", link_to("https://shop.example/"));
  resume();
  EXPECT_EQ(status(), "404");
  responder->on_domain("brand.example", std::make_shared<DomainRecord>());
  ASSERT_EQ(get("/anna7", "brand.example"), Step::answered);
  EXPECT_EQ(status(), "302");
  responder->on_domain("brand.example", nullptr);
  ASSERT_EQ(get("/anna7", "brand.example"), Step::answered);
  EXPECT_EQ(status(), "404");
}

TEST_F(ResponderPagesTest, WithoutRedisAnUnheardHostIs503) {
  make(true);
  ASSERT_EQ(get("/anna7", "brand.example"), Step::waiting);
  resume(LookupStatus::unavailable);
  EXPECT_EQ(status(), "503");
  ASSERT_EQ(get("/", "brand.example"), Step::waiting);
  resume(LookupStatus::unavailable);
  EXPECT_EQ(status(), "503");
}

TEST_F(ResponderPagesTest, ARequestWithoutAHostIsRefusedUnasked) {
  make(true);
  const std::string bytes = "GET /anna7 HTTP/1.0\r\n\r\n";
  std::ranges::copy(bytes, connection.in.begin());
  connection.end = bytes.size();
  char* end = out.data();
  ASSERT_EQ(responder->respond(connection, end), Step::answered);
  EXPECT_EQ(std::string(out.data() + 9, 3), "404");
}

}  // namespace
}  // namespace waymark::redirect::test
