#include "redirect/server/forwarded.hpp"

#include "common/error.hpp"
#include "redirect/server/request_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark::redirect {
namespace {

// 10.0.0.0/8, 127.0.0.1 and 2001:db8:ffff::/48 are ours.
const TrustedProxies trusted{{"10.0.0.0/8", "127.0.0.1", "2001:db8:ffff::/48"}};

IpAddress address(std::string_view text) {
  return text.empty() ? IpAddress{} : parse_address(text).value();
}

// Sends the fields through the parser, as requests do.
IpAddress visitor(ForwardHeader wanted, const std::string& fields,
                  std::string_view peer = "127.0.0.1", const TrustedProxies& proxies = trusted) {
  const std::string bytes = "GET /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  Request request;
  ForwardedLines lines{wanted};
  EXPECT_EQ(parse_request(bytes, request, &lines).bytes, bytes.size());
  return visitor_behind(address(peer), lines, proxies);
}

struct Case {
  const char* fields;
  const char* visitor;
};

// Among them the facts of nginx-tests' realip.t.
TEST(XForwardedFor, TheRightmostAddressThatIsNotOursIsTheVisitor) {
  for (const Case& each : {
           Case{"", "127.0.0.1"},
           {"X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1"},
           {"x-forwarded-FOR:192.0.2.1\r\n", "192.0.2.1"},
           {"X-Forwarded-For: 10.0.1.1, 192.0.2.1, 127.0.0.1\r\n", "192.0.2.1"},
           // Repeated lines are one list.
           {"X-Forwarded-For: 10.0.1.1\r\nX-Forwarded-For: 192.0.2.1\r\n"
            "X-Forwarded-For: 127.0.0.1\r\n",
            "192.0.2.1"},
           {"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 127.0.0.1, 10.0.1.1\r\n", "192.0.2.1"},
           // All of them ours: the first one.
           {"X-Forwarded-For: 10.0.0.9, 10.0.0.8\r\n", "10.0.0.9"},
           // As some write addresses.
           {"X-Forwarded-For: 192.0.2.1:4711\r\n", "192.0.2.1"},
           {"X-Forwarded-For: [2001:db8::7]:4711\r\n", "2001:db8::7"},
           {"X-Forwarded-For: [2001:db8::7]\r\n", "2001:db8::7"},
           {"X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7"},
           {"X-Forwarded-For: ::ffff:192.0.2.1\r\n", "192.0.2.1"},
           // Empty elements and white space.
           {"X-Forwarded-For: 192.0.2.1 , ,\t10.0.0.1,\r\n", "192.0.2.1"},
           {"X-Forwarded-For:\r\n", "127.0.0.1"},
           {"X-Forwarded-For: ,,,\r\n", "127.0.0.1"},
       }) {
    EXPECT_EQ(visitor(ForwardHeader::x_forwarded_for, each.fields), address(each.visitor))
        << each.fields;
  }
}

TEST(XForwardedFor, WhatAVisitorWritesIsNotBelieved) {
  for (const Case& each : {
           // The proxy appends the address it sees.
           Case{"X-Forwarded-For: 1.1.1.1, 192.0.2.66\r\n", "192.0.2.66"},
           {"X-Forwarded-For: 127.0.0.1, 10.0.0.1, 192.0.2.66\r\n", "192.0.2.66"},
           {"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 192.0.2.66\r\n", "192.0.2.66"},
           // However many lines come first.
           {"X-Forwarded-For: 1\r\nX-Forwarded-For: 2\r\nX-Forwarded-For: 3\r\n"
            "X-Forwarded-For: 4\r\nX-Forwarded-For: 5\r\nX-Forwarded-For: 6\r\n"
            "X-Forwarded-For: 7\r\nX-Forwarded-For: 8\r\nX-Forwarded-For: 9\r\n"
            "X-Forwarded-For: 192.0.2.66\r\n",
            "192.0.2.66"},
           // Garbage ends the walk at the last address reached.
           {"X-Forwarded-For: 1.1.1.1, unknown, 10.0.0.3\r\n", "10.0.0.3"},
           {"X-Forwarded-For: 1.1.1.1, 10.0.0.1x\r\n", "127.0.0.1"},
           {"X-Forwarded-For: \"1.1.1.1, 192.0.2.66\r\n", "192.0.2.66"},
           {"X-Forwarded-For: 192.0.2.66:80:80\r\n", "127.0.0.1"},
           {"X-Forwarded-For: 192.0.2.66:http\r\n", "127.0.0.1"},
           {"X-Forwarded-For: 192.0.2.66:\r\n", "127.0.0.1"},
           {"X-Forwarded-For: [2001:db8::7]x\r\n", "127.0.0.1"},
           // The header of the other kind, and lookalikes.
           {"Forwarded: for=1.1.1.1\r\nX-Forwarded-For: 192.0.2.66\r\n", "192.0.2.66"},
           {"X-Forwarded-For: 192.0.2.66\r\nForwarded: for=1.1.1.1\r\n", "192.0.2.66"},
           {"X-Forwarded_For: 1.1.1.1\r\nX-Real-IP: 1.1.1.1\r\n", "127.0.0.1"},
       }) {
    EXPECT_EQ(visitor(ForwardHeader::x_forwarded_for, each.fields), address(each.visitor))
        << each.fields;
  }
}

// RFC 7239, its examples among them.
TEST(Forwarded, TheForOfTheRightmostElementThatIsNotOurs) {
  for (const Case& each : {
           Case{"Forwarded: for=192.0.2.60;proto=http;by=203.0.113.43\r\n", "192.0.2.60"},
           {"Forwarded: For=\"[2001:db8:cafe::17]:4711\"\r\n", "2001:db8:cafe::17"},
           {"Forwarded: for=\"[2001:db8:cafe::17]\"\r\n", "2001:db8:cafe::17"},
           {"Forwarded: for=192.0.2.43, for=198.51.100.17\r\n", "198.51.100.17"},
           {"Forwarded: for=192.0.2.43, for=10.0.0.17;by=\"[::1]:80\";host=a\r\n", "192.0.2.43"},
           {"Forwarded: for=192.0.2.43\r\nForwarded: for=10.0.0.1\r\n", "192.0.2.43"},
           {"Forwarded: proto=https;for=\"192.0.2.43:80\" , for=10.0.0.1\r\n", "192.0.2.43"},
           {"Forwarded: host=\"a,b;c\";for=192.0.2.43\r\n", "192.0.2.43"},
           {"Forwarded: for=192.0.2.43;host=\"a,b;for=1.1.1.1\"\r\n", "192.0.2.43"},
           // Nobody's address.
           {"Forwarded: for=unknown\r\n", "127.0.0.1"},
           {"Forwarded: for=\"_gazonk\"\r\n", "127.0.0.1"},
           {"Forwarded: for=192.0.2.43, for=_SEVKISEK, for=10.0.0.1\r\n", "10.0.0.1"},
           {"Forwarded: by=10.0.0.1;proto=http\r\n", "127.0.0.1"},
           {"Forwarded: for\r\n", "127.0.0.1"},
           {"Forwarded: for=\r\n", "127.0.0.1"},
           {"Forwarded: for=\"\r\n", "127.0.0.1"},
           // A quote that is never closed hides nothing that a proxy appends.
           {"Forwarded: for=\"1.1.1.1, for=192.0.2.66\r\n", "192.0.2.66"},
           {"Forwarded: for=\"x\\\"\r\nForwarded: for=192.0.2.66\r\n", "192.0.2.66"},
           // A proxy quotes what the visitor called the host.
           {"Forwarded: for=192.0.2.66;host=\"x\\\",for=1.1.1.1;y=\\\"\"\r\n", "192.0.2.66"},
           {"X-Forwarded-For: 1.1.1.1\r\nForwarded: for=192.0.2.66\r\n", "192.0.2.66"},
       }) {
    EXPECT_EQ(visitor(ForwardHeader::forwarded, each.fields), address(each.visitor)) << each.fields;
  }
}

TEST(TrustedProxies, UnixIsAWordOfItsOwn) {
  const TrustedProxies unix_only{{"unix"}};
  EXPECT_TRUE(unix_only.contains({}));
  EXPECT_FALSE(unix_only.contains(address("127.0.0.1")));
  EXPECT_FALSE(trusted.contains({}));
  EXPECT_FALSE(TrustedProxies{}.contains({}));
  EXPECT_TRUE(TrustedProxies{}.empty());
  EXPECT_EQ(
      visitor(ForwardHeader::x_forwarded_for, "X-Forwarded-For: 192.0.2.1\r\n", "", unix_only),
      address("192.0.2.1"));
  EXPECT_EQ(visitor(ForwardHeader::x_forwarded_for, "", "", unix_only), IpAddress{});
}

TEST(TrustedProxies, ABadRangeIsNamed) {
  try {
    TrustedProxies{{"10.0.0.0/8", "10.0.0.1/8"}};
    FAIL() << "taken";
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::config);
    EXPECT_NE(std::string{error.what()}.find("proxies.trusted: '10.0.0.1/8'"), std::string::npos);
  }
}

}  // namespace
}  // namespace waymark::redirect
