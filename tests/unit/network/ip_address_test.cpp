#include "redirect/server/ip_address.hpp"

#include "redirect/decide/peer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect {
namespace {

IpAddress address(std::string_view text) {
  return parse_address(text).value();
}

TEST(IpAddress, ReadsAddressesAndNothingElse) {
  EXPECT_EQ(address("198.51.100.7").size, 4);
  EXPECT_EQ(address("2001:db8::7").size, 16);
  for (const char* text :
       {"", " ", "unknown", "_hidden", "198.51.100", "198.51.100.7:80", "198.51.100.256",
        "198.51.100.07x", "[2001:db8::7]", "fe80::1%eth0", "2001:db8::7::1", "go.example",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view{"198.51.100.7\0", 13}));
}

TEST(IpAddress, OneMappedIntoIpv6IsTheIpv4Address) {
  EXPECT_EQ(address("::ffff:198.51.100.7"), address("198.51.100.7"));
}

TEST(IpAddress, ClicksTellTheTruncatedText) {
  EXPECT_EQ(peer_of(address("198.51.100.7")).truncated_text(), "198.51.100.0");
  EXPECT_EQ(peer_of(address("2001:db8:1:2::7")).truncated_text(), "2001:db8:1::");
  EXPECT_EQ(peer_of(address("::ffff:198.51.100.7")).truncated_text(), "198.51.100.0");
  EXPECT_EQ(peer_of({}).truncated_text(), "");
  EXPECT_FALSE(peer_of({}).address);
}

TEST(IpAddress, IsComparedWhole) {
  EXPECT_NE(address("198.51.100.7"), address("198.51.100.8"));
  EXPECT_NE(address("198.51.100.7"), address("c633:6407::"));  // the same bytes and more
  EXPECT_NE(address("198.51.100.7"), IpAddress{});
}

TEST(AddressRange, ContainsByPrefix) {
  struct Case {
    const char* range;
    const char* inside;
    const char* outside;
  };
  for (const Case& each : {Case{"10.0.0.0/8", "10.255.0.1", "11.0.0.0"},
                           {"192.0.2.128/25", "192.0.2.255", "192.0.2.127"},
                           {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
                           {"192.0.2.1/32", "192.0.2.1", "192.0.2.0"},
                           {"0.0.0.0/0", "203.0.113.9", "::1"},
                           {"::/0", "2001:db8::1", "203.0.113.9"},
                           {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"},
                           {"::1", "::1", "::2"}}) {
    const auto range = parse_range(each.range);
    ASSERT_TRUE(range) << each.range;
    EXPECT_TRUE(range->contains(address(each.inside))) << each.range;
    EXPECT_FALSE(range->contains(address(each.outside))) << each.range;
    EXPECT_FALSE(range->contains({})) << each.range;
  }
}

TEST(AddressRange, RefusesWhatIsNotClear) {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.1/8",
        "2001:db8::1/64", "::/129", "localhost", "10.0.0.0/8/8", "10.0.0.0/256"}) {
    EXPECT_FALSE(parse_range(text)) << text;
  }
}

}  // namespace
}  // namespace waymark::redirect
