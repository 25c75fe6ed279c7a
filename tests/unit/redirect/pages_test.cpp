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

TEST(PageBook, LoadsNothingButItsIcon) {
  EXPECT_EQ(header_of(page(404), "Content-Security-Policy"),
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'");
}

TEST(PageBook, SpeaksTheVisitorsLanguage) {
  EXPECT_TRUE(has(page(404, "de-AT,en;q=0.5"), "Link nicht gefunden"));
  EXPECT_TRUE(has(page(410, "sv"), "inte l\xc3\xa4ngre aktiv"));
  EXPECT_TRUE(has(page(405, "de"), "<p lang=\"en\" dir=\"ltr\" class=\"soft\">Links answer GET"));
}

TEST(Html, EscapesWhatMarkupIsMadeOf) {
  EXPECT_EQ(html_escaped("<a href=\"x\">&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
}

std::string shown(LinkRecord link, CampaignRecord campaign = {}, std::string_view tag = "en",
                  std::string_view query = {}) {
  return destination_page(*link_to(std::move(link), std::move(campaign)), {"anna7", query},
                          PageBook::own().language_for(tag), noon_ms / 1000);
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
  EXPECT_TRUE(has(text, "<a rel=\"nofollow\" href=\"/anna7\">Continue</a>"));
  EXPECT_TRUE(has(text, "<meta name=\"robots\" content=\"noindex\">"));
  EXPECT_FALSE(has(text, "can differ"));
}

TEST(DestinationPage, GoesOnWithWhatTheVisitorCameWith) {
  EXPECT_TRUE(has(shown(link_record(), {}, "en", "c=whatsapp&s=tag"),
                  "href=\"/anna7?c=whatsapp&amp;s=tag\">Continue</a>"));
  EXPECT_TRUE(has(shown(link_record(), {}, "en", "\"><script>"),
                  "href=\"/anna7?&quot;&gt;&lt;script&gt;\">Continue</a>"));
}

TEST(DestinationPage, FillsWhatIsKnownWithoutAClick) {
  LinkRecord link = link_record("https://shop.example/{code}/{referrer}?a={channel}&t={click}");
  link.referrer = "rfr:anna";
  CampaignRecord campaign;
  campaign.utm = "utm_source=mail";
  EXPECT_EQ(shown_destination(*link_to(link, campaign)),
            "https://shop.example/anna7/rfr%3Aanna?a=...&t=...&utm_source=mail");
  EXPECT_EQ(shown_destination(*link_to(link_record("https://shop.example"))),
            "https://shop.example/");
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

TEST(DestinationPage, SaysWhetherTheLinkIsOpen) {
  constexpr std::int64_t now = noon_ms / 1000;
  const auto with = [](auto change) {
    LinkRecord link = link_record();
    change(link);
    return shown(link);
  };
  const std::string paused = with([](LinkRecord& l) { l.status = LinkStatus::paused; });
  EXPECT_TRUE(has(paused, "This link is paused at the moment."));
  EXPECT_FALSE(has(paused, "Continue"));
  EXPECT_TRUE(has(with([](LinkRecord& l) { l.starts_at = now + 60; }), "paused at the moment"));
  EXPECT_TRUE(has(with([](LinkRecord& l) { l.expires_at = now - 60; }), "This link has ended."));
  EXPECT_TRUE(has(with([](LinkRecord& l) { l.full = true; }), "This link has ended."));
  CampaignRecord ended;
  ended.status = CampaignStatus::ended;
  EXPECT_TRUE(has(shown(link_record(), ended), "This link has ended."));
  CampaignRecord testing;
  testing.status = CampaignStatus::testing;
  EXPECT_TRUE(has(shown(link_record(), testing), "This link is active."));
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
