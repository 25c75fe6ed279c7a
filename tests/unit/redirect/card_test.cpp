#include "redirect/pages/card.hpp"

#include "common/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view date = "Sun, 22 Nov 2026 12:00:00 GMT";

std::string written(const Card& card, bool close = false, bool head = false) {
  std::string out(limits::card_bytes_max, '\0');
  out.resize(
      static_cast<std::size_t>(write_card(card, date, close, head, out.data()) - out.data()));
  return out;
}

std::string header_of(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n\r\n") + 2);
}

std::string page_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

const Card spring{"Spring sale", "20 % off for friends", "https://shop.example/spring.png?a=1&b=2"};

TEST(Card, SaysWhatALinkSaysOfItself) {
  EXPECT_EQ(page_of(written(spring)),
            R"(<!doctype html>
<html prefix="og: https://ogp.me/ns#"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Spring sale</title>
<meta property="og:type" content="website">
<meta property="og:title" content="Spring sale">
<meta property="og:description" content="20 % off for friends">
<meta property="og:image" content="https://shop.example/spring.png?a=1&amp;b=2">
<meta name="twitter:card" content="summary_large_image">
</head><body><h1>Spring sale</h1><p>20 % off for friends</p></body></html>
)");
}

TEST(Card, LeavesOutWhatIsUnknown) {
  const std::string page = page_of(written({"Title", "", ""}));
  EXPECT_THAT(page, HasSubstr(R"(<meta name="twitter:card" content="summary">)"));
  EXPECT_THAT(page, HasSubstr("<h1>Title</h1></body>"));
  for (const char* absent : {"og:description", "og:image", "<p>"}) {
    EXPECT_THAT(page, Not(HasSubstr(absent)));
  }
}

TEST(Card, HasTheHeaderOfAPageThatNobodyKeeps) {
  const std::string answer = written(spring);
  const std::string header = header_of(answer);
  EXPECT_TRUE(header.starts_with("HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"));
  for (const char* line :
       {"Content-Type: text/html; charset=utf-8\r\n", "Cache-Control: private, no-store\r\n",
        "X-Robots-Tag: noindex\r\n", "Content-Security-Policy: default-src 'none'\r\n"}) {
    EXPECT_THAT(header, HasSubstr(line));
  }
  EXPECT_THAT(header,
              HasSubstr("Content-Length: " + std::to_string(page_of(answer).size()) + "\r\n"));
  EXPECT_THAT(header, Not(HasSubstr("Set-Cookie")));
  EXPECT_THAT(header, Not(HasSubstr("Connection")));
  EXPECT_THAT(header_of(written(spring, true)), HasSubstr("Connection: close\r\n"));
}

TEST(Card, OfAHeadRequestIsTheHeaderAlone) {
  const std::string answer = written(spring);
  EXPECT_EQ(written(spring, false, true), header_of(answer) + "\r\n");
}

TEST(Card, EscapesEverywhere) {
  const std::string evil = R"("><script>alert('1')</script>&)";
  const std::string escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;";
  const std::string page = page_of(written({evil, evil, evil}));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  for (const std::string& place :
       {"<title>" + escaped + "</title>", "og:title\" content=\"" + escaped + "\">",
        "og:description\" content=\"" + escaped + "\">", "og:image\" content=\"" + escaped + "\">",
        "<h1>" + escaped + "</h1>", "<p>" + escaped + "</p>"}) {
    EXPECT_THAT(page, HasSubstr(place));
  }
}

// Facebook asks for what og:url names and shares that instead: the link of another host, or of
// nobody, without the sharer's channel and share tag.
TEST(Card, NamesNoOtherAddress) {
  EXPECT_THAT(written(spring), Not(HasSubstr("og:url")));
  EXPECT_THAT(written(spring), Not(HasSubstr("canonical")));
}

TEST(Card, CutsBetweenCharacters) {
  std::string title(limits::card_title_bytes_max - 1, 'x');
  EXPECT_THAT(written({title + "\xc3\xa4" + "y", "", ""}), HasSubstr("<h1>" + title + "</h1>"));
  title.pop_back();
  EXPECT_THAT(written({title + "\xc3\xa4" + "y", "", ""}),
              HasSubstr("<h1>" + title + "\xc3\xa4</h1>"));
}

TEST(Card, FitsItsLimitWhateverTheRecordHolds) {
  const std::string quotes(4'096, '"');
  const std::string image(limits::destination_bytes_max, '&');
  EXPECT_LE(written({quotes, quotes, image}, true).size(), limits::card_bytes_max);
}

}  // namespace
}  // namespace waymark::redirect
