// The pages that are shown: what they say, in which language, and that nothing in a record gets out
// of its place.
#include "common/limits.hpp"
#include "redirect/pages/destination_page.hpp"
#include "redirect/pages/favicon.hpp"
#include "redirect/pages/html.hpp"
#include "redirect/pages/page_book.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect::test {
namespace {

constexpr std::string_view date = "Sun, 22 Nov 2026 12:00:00 GMT";

std::string page(unsigned status, std::string_view accept_language = "en", bool close = false,
                 bool head = false) {
  std::string out(limits::answer_bytes_max, '\0');
  char* const end = PageBook::own().write(status, accept_language, date, close, head, out.data());
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(PageBook, EveryStatusInEveryLanguageFitsAndNamesItsLanguage) {
  for (const unsigned status : {200U, 400U, 404U, 405U, 410U, 413U, 414U, 429U, 431U, 503U, 505U}) {
    for (const Language& language : PageBook::own().languages()) {
      const std::string answer = page(status, language.tag());
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
      EXPECT_EQ(header_of(answer, "Content-Language"), language.tag());
      EXPECT_EQ(header_of(answer, "Vary"), "Accept-Language");
      EXPECT_EQ(header_of(answer, "Cache-Control"), "no-store");
      EXPECT_EQ(header_of(answer, "X-Robots-Tag"), "noindex");
      const std::size_t body = answer.find("\r\n\r\n") + 4;
      EXPECT_EQ(header_of(answer, "Content-Length"), std::to_string(answer.size() - body));
      EXPECT_TRUE(has(answer, "<html lang=\"" + language.tag() + "\""));
      EXPECT_EQ(has(answer, " dir=\"rtl\">"), language.right_to_left);
      EXPECT_TRUE(has(answer, "<meta name=\"viewport\""));
      EXPECT_FALSE(has(answer, "http:") || has(answer, "https:") || has(answer, "<script"))
          << "loads nothing";
    }
  }
}

TEST(PageBook, HttpKeepsItsMeaning) {
  EXPECT_EQ(header_of(page(429), "Retry-After"), "1");
  EXPECT_EQ(header_of(page(503), "Retry-After"), "1");
  EXPECT_EQ(header_of(page(404), "Retry-After"), "");
  EXPECT_EQ(header_of(page(405), "Allow"), "GET, HEAD");
  EXPECT_EQ(header_of(page(404, "en", true), "Connection"), "close");
  EXPECT_TRUE(page(418).starts_with("HTTP/1.1 400 "));
  const std::string head = page(404, "de", false, true);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_EQ(header_of(head, "Content-Length"), header_of(page(404, "de"), "Content-Length"));
}

TEST(PageBook, WhatPassesCanBeTriedAgain) {
  for (const unsigned status : {429U, 503U}) {
    EXPECT_TRUE(has(page(status), "<a href=\"\">Try again</a>")) << status;
  }
  for (const unsigned status : {200U, 400U, 404U, 405U, 410U}) {
    EXPECT_FALSE(has(page(status), "<a")) << status;
  }
}

// A link is closed after its time, before it, or for a while: the page is the same.
TEST(PageBook, OfAClosedLinkDoesNotSayThatItWasOpen) {
  EXPECT_TRUE(has(page(410), "This link is not active"));
  EXPECT_TRUE(has(page(410), "It has not started yet, is paused or has ended."));
}

TEST(PageBook, LoadsNothingButItsIcon) {
  EXPECT_EQ(header_of(page(404), "Content-Security-Policy"),
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'");
}

TEST(PageBook, SpeaksTheVisitorsLanguage) {
  EXPECT_TRUE(has(page(404, "de-AT,en;q=0.5"), "Link nicht gefunden"));
  EXPECT_TRUE(has(page(410, "sv"), "L\xc3\xa4nken \xc3\xa4r inte aktiv"));
  EXPECT_TRUE(has(page(405, "de"), "<p lang=\"en\" dir=\"ltr\" class=\"soft\">Links answer GET"));
}

TEST(Html, EscapesWhatMarkupIsMadeOf) {
  EXPECT_EQ(html_escaped("<a href=\"x\">&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
}

std::string shown(LinkRecord link, CampaignRecord campaign = {}, std::string_view tag = "en",
                  std::string_view query = {}, bool slash = false) {
  Desk desk;
  const auto resolved = link_to(std::move(link), std::move(campaign));
  const Visit visit{"/anna7+"};
  return destination_page(*resolved, desk.decide(visit, *resolved), {"anna7", query, slash},
                          PageBook::own().language_for(tag));
}

LinkRecord link_record(std::string destination = "https://shop.example/welcome") {
  LinkRecord link;
  link.destination = std::move(destination);
  return link;
}

TEST(DestinationPage, ShowsHostAndWholeAddress) {
  const std::string text = shown(link_record("https://shop.example:8443/a?b=1&d='#part"));
  EXPECT_TRUE(has(text, "<bdi>shop.example:8443</bdi></h1>"));
  EXPECT_TRUE(has(text, "<bdi dir=\"ltr\">https://shop.example:8443/a?b=1&amp;d=&#39;#part</bdi>"));
  EXPECT_TRUE(has(text, "This link is active."));
  EXPECT_TRUE(has(text, "<a rel=\"nofollow\" href=\"anna7\">Continue</a>"));
  EXPECT_TRUE(has(text, "<meta name=\"robots\" content=\"noindex\">"));
  EXPECT_FALSE(has(text, "can differ"));
}

TEST(DestinationPage, GoesOnWithWhatTheVisitorCameWith) {
  EXPECT_TRUE(has(shown(link_record(), {}, "en", "c=whatsapp&s=tag"),
                  "href=\"anna7?c=whatsapp&amp;s=tag\">Continue</a>"));
  EXPECT_TRUE(has(shown(link_record(), {}, "en", "\"><script>"),
                  "href=\"anna7?&quot;&gt;&lt;script&gt;\">Continue</a>"));
}

// The browser's address may have a beginning that a proxy took away.
TEST(DestinationPage, LeadsOnFromWhereverTheBrowserIs) {
  EXPECT_TRUE(has(shown(link_record(), {}, "en", "c=qr", true), "href=\"../anna7?c=qr\""));
}

TEST(DestinationPage, FillsWhatIsKnownWithoutAClick) {
  LinkRecord link = link_record("https://shop.example/{code}/{referrer}?a={channel}&t={click}");
  link.referrer = "rfr:anna";
  CampaignRecord campaign;
  campaign.utm = "utm_source=mail";
  EXPECT_TRUE(has(shown(link, campaign),
                  ">https://shop.example/anna7/rfr%3Aanna?a=...&amp;t=...&amp;utm_source=mail<"));
  EXPECT_TRUE(has(shown(link_record("https://shop.example")), ">https://shop.example/<"));
}

TEST(DestinationPage, TitleAndDescriptionAreTextWhateverTheyHold) {
  LinkRecord link = link_record();
  link.title = "<script>alert(1)</script>";
  link.description = "\"><img src=x>";
  const std::string text = shown(link);
  EXPECT_TRUE(has(text, "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>"));
  EXPECT_TRUE(has(text, "<bdi>&quot;&gt;&lt;img src=x&gt;</bdi>"));
  EXPECT_FALSE(has(text, "<script") || has(text, "<img"));
}

TEST(DestinationPage, RulesAreToldOf) {
  LinkRecord link = link_record();
  link.rules = R"([{"when":{"os":["ios"]},"destination":"https://shop.example/ios"}])";
  EXPECT_TRUE(has(shown(link), "The destination can differ"));
}

// Who makes a link must not be able to hide its target behind a harmless `destination`.
TEST(DestinationPage, NamesTheTargetOfTheRuleThatHolds) {
  LinkRecord link = link_record();
  link.rules = R"([{"destination":"https://other.example/real"}])";
  const std::string text = shown(link);
  EXPECT_TRUE(has(text, "<bdi>other.example</bdi></h1>"));
  EXPECT_TRUE(has(text, ">https://other.example/real<"));
  EXPECT_FALSE(has(text, "shop.example"));
}

TEST(DestinationPage, NamesEveryPageOfASplitAndEachHostOnce) {
  LinkRecord link = link_record();
  link.rules = R"([{"when":{"os":["ios"]},"destination":"https://ios.example/"},
                   {"split":[{"weight":1,"destination":"https://a.example/1"},
                             {"weight":1,"destination":"https://b.example/"},
                             {"weight":1,"destination":"https://a.example/2"}]}])";
  const std::string text = shown(link);
  EXPECT_TRUE(has(text, "<bdi>a.example</bdi><br><bdi>b.example</bdi></h1>"));
  EXPECT_TRUE(has(text, "<title>This link leads to a.example b.example</title>"));
  for (const char* url : {"https://a.example/1", "https://b.example/", "https://a.example/2"}) {
    EXPECT_TRUE(has(text, ">" + std::string{url} + "</bdi></dd>")) << url;
  }
  EXPECT_FALSE(has(text, "ios.example"));
}

TEST(DestinationPage, SaysWhetherTheLinkIsOpen) {
  constexpr std::int64_t now = noon_ms / 1000;
  const auto with = [](auto change) {
    LinkRecord link = link_record();
    change(link);
    return shown(link);
  };
  EXPECT_TRUE(has(with([](LinkRecord& l) { l.status = LinkStatus::paused; }),
                  "<h1>This link is paused at the moment.</h1>"));
  EXPECT_TRUE(
      has(with([](LinkRecord& l) { l.starts_at = now + 60; }), "<h1>This link is not active</h1>"));
  EXPECT_TRUE(has(with([](LinkRecord& l) { l.expires_at = now - 60; }), "This link has ended."));
  EXPECT_TRUE(has(with([](LinkRecord& l) { l.full = true; }), "This link has ended."));
  CampaignRecord ended;
  ended.status = CampaignStatus::ended;
  EXPECT_TRUE(has(shown(link_record(), ended), "This link has ended."));
  CampaignRecord testing;
  testing.status = CampaignStatus::testing;
  EXPECT_TRUE(has(shown(link_record(), testing), "This link is active."));
}

TEST(DestinationPage, NamesNoPlaceWhereNobodyIsSent) {
  LinkRecord link = link_record();
  link.status = LinkStatus::paused;
  const std::string text = shown(link);
  EXPECT_FALSE(has(text, "shop.example") || has(text, "leads to") || has(text, "Continue"));
}

TEST(DestinationPage, NamesTheFallbackOfALinkThatIsClosed) {
  LinkRecord link = link_record();
  link.expires_at = 1'000;
  link.expired_url = "https://late.example/sorry";
  link.rules = R"([{"destination":"https://other.example/real"}])";
  const std::string text = shown(link);
  EXPECT_TRUE(has(text, "<bdi>late.example</bdi></h1>"));
  EXPECT_TRUE(has(text, ">https://late.example/sorry<"));
  EXPECT_TRUE(has(text, "This link has ended."));
  EXPECT_TRUE(has(text, ">Continue</a>"));
  EXPECT_FALSE(has(text, "shop.example") || has(text, "other.example") || has(text, "can differ"));
}

TEST(DestinationPage, RunsFromRightToLeftWhereTheLanguageDoes) {
  const std::string text = shown(link_record(), {}, "ar");
  EXPECT_TRUE(has(text, "<html lang=\"ar\" dir=\"rtl\">"));
  EXPECT_TRUE(has(text, "<bdi dir=\"ltr\">https://shop.example/welcome</bdi>"));
}

TEST(Favicon, IsASmallPng) {
  const std::string icon = draw_favicon();
  EXPECT_TRUE(icon.starts_with("\x89PNG\r\n"));
  EXPECT_LT(icon.size(), 512U);
}

}  // namespace
}  // namespace waymark::redirect::test
