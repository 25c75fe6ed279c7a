#include "redirect/server/request_parser.hpp"

#include "redirect/server/target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect {
namespace {

struct Whole {
  std::string bytes;
  HostBuffer host;
  Request request;
  Refusal refusal;

  explicit Whole(std::string text) : bytes(std::move(text)) {
    refusal = parse_request(bytes, request).refusal;
    if (refusal == Refusal::none) refusal = split_target(request, host);
  }
  Whole(const Whole&) = delete;
  Whole& operator=(const Whole&) = delete;
};

Refusal refusal_of(const std::string& bytes) {
  return Whole{bytes}.refusal;
}

TEST(RequestParser, KeepsViewsOfWhatMatters) {
  const Whole parsed{
      "GET /Anna7?c=mail&x=1 HTTP/1.1\r\n"
      "Host: Go.Example:8080\r\n"
      "User-Agent: Mozilla/5.0\r\n"
      "Accept: */*\r\n"
      "Referer: https://news.example/a\r\n"
      "Accept-Language: de-DE,de;q=0.9\r\n"
      "Cookie: a=1\r\n"
      "Cookie: b=2\r\n"
      "Sec-Fetch-Mode: navigate\r\n"
      "Sec-Fetch-Dest: document\r\n"
      "Sec-GPC: 1\r\n"
      "\r\n"};
  ASSERT_EQ(parsed.refusal, Refusal::none);
  EXPECT_EQ(parsed.request.method, Method::get);
  EXPECT_EQ(parsed.request.host, "go.example");
  EXPECT_EQ(parsed.request.path, "Anna7");
  EXPECT_EQ(parsed.request.query, "c=mail&x=1");
  EXPECT_EQ(parsed.request.user_agent, "Mozilla/5.0");
  EXPECT_EQ(parsed.request.referer, "https://news.example/a");
  EXPECT_EQ(parsed.request.accept_language, "de-DE,de;q=0.9");
  ASSERT_EQ(parsed.request.cookie_count, 2);
  EXPECT_EQ(parsed.request.cookies[1], "b=2");
  EXPECT_EQ(parsed.request.fetch_mode, "navigate");
  EXPECT_EQ(parsed.request.fetch_dest, "document");
  EXPECT_TRUE(parsed.request.opted_out);
  EXPECT_TRUE(parsed.request.keep_alive);
  EXPECT_FALSE(parsed.request.prefetch);
}

TEST(RequestParser, KnowsEveryWayToAskForAPrefetch) {
  for (const char* field : {"Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender",
                            "Sec-Purpose: prefetch;anonymous-client-ip", "Purpose: prefetch",
                            "X-Moz: prefetch", "X-Purpose: preview", "x-purpose: Prefetch"}) {
    const Whole parsed{std::string{"GET /a HTTP/1.1\r\nHost: h\r\n"} + field + "\r\n\r\n"};
    EXPECT_TRUE(parsed.request.prefetch) << field;
  }
}

struct Row {
  const char* what;
  std::string bytes;
  Refusal refusal;
};

class BrokenRequests : public testing::TestWithParam<Row> {};

TEST_P(BrokenRequests, AreRefused) {
  EXPECT_EQ(refusal_of(GetParam().bytes), GetParam().refusal);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9112, BrokenRequests,
    testing::Values(
        Row{"no host", "GET / HTTP/1.1\r\n\r\n", Refusal::bad_request},
        Row{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", Refusal::bad_request},
        Row{"same host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            Refusal::bad_request},
        Row{"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", Refusal::bad_request},
        Row{"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Refusal::bad_request},
        Row{"host with user info", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", Refusal::bad_request},
        Row{"host with a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", Refusal::bad_request},
        Row{"host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", Refusal::bad_request},
        Row{"folded host", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", Refusal::bad_request},
        Row{"folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n",
            Refusal::bad_request},
        Row{"space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", Refusal::bad_request},
        Row{"field without a colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
            Refusal::bad_request},
        Row{"NUL in a value", std::string("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 38),
            Refusal::bad_request},
        Row{"fragment in the target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"raw bytes in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
            Refusal::bad_request},
        Row{"asterisk-form", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"authority-form", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"target without a slash", "GET anna7 HTTP/1.1\r\nHost: a\r\n\r\n",
            Refusal::bad_request},
        Row{"other scheme", "GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"no authority", "GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"no version", "GET /\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", Refusal::version_not_supported},
        Row{"HTTP/11", "GET / HTTP/11\r\nHost: a\r\n\r\n", Refusal::bad_request},
        Row{"chunked before the last coding",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
            Refusal::bad_request},
        Row{"chunked twice",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            "Transfer-Encoding: chunked\r\n\r\n",
            Refusal::bad_request},
        Row{"coding that only looks like chunked",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
            Refusal::bad_request},
        Row{"coding and length",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0"
            "\r\n\r\n",
            Refusal::bad_request},
        Row{"length and coding",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked"
            "\r\n\r\n",
            Refusal::bad_request},
        Row{"coding in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            Refusal::bad_request},
        Row{"broken line behind a long target",
            "GET /" + std::string(limits::target_bytes_max + 64, 'a') + "\n",
            Refusal::target_too_long},
        Row{"long method",
            std::string(limits::target_bytes_max + 64, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n",
            Refusal::target_too_long},
        Row{"length that is no number", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1a\r\n\r\n",
            Refusal::bad_request}),
    [](const auto& instance) {
      std::string name;
      for (char c : std::string{instance.param.what}) {
        name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      }
      return name;
    });

// Records, budgets and cookies go by the host: it must have one name.
TEST(RequestParser, AHostHasOneName) {
  for (const char* spelling : {"go.example", "GO.Example", "go.example.", "go.example:8080",
                               "go.example.:443", "go.example:"}) {
    const Whole parsed{"GET /a HTTP/1.1\r\nHost: " + std::string{spelling} + "\r\n\r\n"};
    EXPECT_EQ(parsed.request.host, "go.example") << spelling;
  }
}

TEST(RequestParser, InAbsoluteFormTheTargetsHostCounts) {
  const Whole parsed{"GET HTTP://Go.Example:80/anna7?x HTTP/1.1\r\nHost: other\r\n\r\n"};
  ASSERT_EQ(parsed.refusal, Refusal::none);
  EXPECT_EQ(parsed.request.host, "go.example");
  EXPECT_EQ(parsed.request.path, "anna7");
  EXPECT_EQ(parsed.request.query, "x");
}

TEST(RequestParser, AsteriskFormIsForOtherMethods) {
  const Whole parsed{"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"};
  ASSERT_EQ(parsed.refusal, Refusal::none);
  EXPECT_EQ(parsed.request.method, Method::other);
  EXPECT_EQ(parsed.request.path, "");
}

TEST(RequestParser, TakesHttp10WithoutHost) {
  const Whole parsed{"GET /a HTTP/1.0\r\n\r\n"};
  ASSERT_EQ(parsed.refusal, Refusal::none);
  EXPECT_TRUE(parsed.request.http10);
  EXPECT_EQ(parsed.request.host, "");
}

TEST(RequestParser, SeesContentInEveryForm) {
  for (const char* field : {"Content-Length: 5", "Content-Length: 00", "Transfer-Encoding: chunked",
                            "Transfer-Encoding: identity", "Transfer-Encoding: xchunked",
                            "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip"}) {
    const Whole parsed{std::string{"GET /a HTTP/1.1\r\nHost: h\r\n"} + field + "\r\n\r\n"};
    EXPECT_TRUE(parsed.refusal != Refusal::none || parsed.request.content) << field;
  }
  const Whole none{"GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"};
  EXPECT_EQ(none.refusal, Refusal::none);
  EXPECT_FALSE(none.request.content);
}

Refusal partial(std::string_view bytes) {
  Request request;
  const Parsed parsed = parse_request(bytes, request);
  EXPECT_EQ(parsed.bytes, 0U);
  return parsed.refusal;
}

TEST(PartialHeader, ABareLineFeedOrCarriageReturnIsRefusedAtOnce) {
  EXPECT_EQ(partial("GET / HTTP/1.1\n"), Refusal::bad_request);
  EXPECT_EQ(partial("GET / HTTP/1.1\r"), Refusal::none);
  EXPECT_EQ(partial("GET / HTTP/1.1\rX"), Refusal::bad_request);
  EXPECT_EQ(partial("GET / HTTP/1.1\r\nHost: a\nX"), Refusal::bad_request);
}

TEST(PartialHeader, ABrokenLineIsRefusedWhenItsEndArrives) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nnonsense";
  EXPECT_EQ(partial(start), Refusal::none);
  EXPECT_EQ(partial(start + "\r\n"), Refusal::bad_request);
  EXPECT_EQ(partial("nonsense\r\n"), Refusal::bad_request);
}

TEST(PartialHeader, AGoodHeaderByteByByteIsNeverRefused) {
  const std::string header =
      "GET /anna7?c=mail HTTP/1.1\r\nHost: go.example\r\nUser-Agent: x\r\nCookie: a=b\r\n\r\n";
  for (std::size_t size = 0; size < header.size(); ++size) {
    EXPECT_EQ(partial({header.data(), size}), Refusal::none) << size;
  }
  Request request;
  EXPECT_EQ(parse_request(header + "GET /next", request).bytes, header.size());
}

TEST(PartialHeader, LimitsHold) {
  EXPECT_EQ(partial("GET /" + std::string(limits::target_bytes_max + 64, 'a')),
            Refusal::target_too_long);
  EXPECT_EQ(partial("GET / HTTP/1.1\r\nX: " + std::string(limits::header_bytes_max, 'a')),
            Refusal::header_too_large);
}

// RFC 9110 section 9.3.2: whatever is wrong with it, the answer to HEAD has no content.
TEST(RefusedHead, IsKnownToBeOne) {
  for (const std::string& bytes :
       {"HEAD /" + std::string(limits::target_bytes_max + 64, 'a'), std::string{"HEAD /a\n"},
        std::string{"HEAD  /a HTTP/1.1\r\n"}, std::string{"HEAD /a\r\n"}}) {
    Request request;
    EXPECT_NE(parse_request(bytes, request).refusal, Refusal::none) << bytes;
    EXPECT_EQ(request.method, Method::head) << bytes;
  }
}

// RFC 9110 section 6.2: what comes after 1.1 can be taken for it.
TEST(RequestParser, HigherMinorVersionsAreServedAs11) {
  const Whole parsed{"GET / HTTP/1.2\r\nHost: a\r\n\r\n"};
  EXPECT_EQ(parsed.refusal, Refusal::none);
  EXPECT_TRUE(parsed.request.keep_alive);
}

}  // namespace
}  // namespace waymark::redirect
