#include "redirect/server/proxy_header.hpp"

#include "common/limits.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace waymark::redirect {
namespace {

using State = ProxyHeader::State;
using namespace std::string_literals;

const std::string v2_start = "\r\n\r\n\0\r\nQUIT\n"s;

std::string v2(unsigned command, unsigned family, const std::string& content) {
  std::string header = v2_start;
  for (unsigned octet : {command, family, static_cast<unsigned>(content.size() >> 8U),
                         static_cast<unsigned>(content.size() & 0xffU)}) {
    header += static_cast<char>(octet);
  }
  return header + content;
}

const std::string v4_pair = "\xC0\x00\x02\x01\xC0\x00\x02\x02\x00\x7B\x16\x2E"s;
const std::string v6_pair =
    "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01"s
    "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x02\0\x7B\x16\x2E"s;

IpAddress address(std::string_view text) {
  return text.empty() ? IpAddress{} : parse_address(text).value();
}

// The header must be taken whole, with whatever follows it, and never before its last byte.
void expect_good(const std::string& header, std::string_view source) {
  for (std::size_t size = 0; size < header.size(); ++size) {
    ASSERT_EQ(parse_proxy_header({header.data(), size}).state, State::incomplete)
        << size << " bytes of " << testing::PrintToString(header);
  }
  for (const std::string& rest : {""s, "GET /a HTTP/1.1\r\n"s, "\x16\x03\x01"s}) {
    const std::string received = header + rest;
    const ProxyHeader parsed = parse_proxy_header(received);
    ASSERT_EQ(parsed.state, State::complete) << testing::PrintToString(header);
    EXPECT_EQ(parsed.bytes, header.size());
    EXPECT_EQ(parsed.source, address(source)) << testing::PrintToString(header);
  }
}

// Refused at the latest when all is there, also in pieces.
void expect_broken(const std::string& header) {
  EXPECT_EQ(parse_proxy_header(header).state, State::broken) << testing::PrintToString(header);
  bool broken = false;
  for (std::size_t size = 1; size <= header.size(); ++size) {
    const State state = parse_proxy_header({header.data(), size}).state;
    EXPECT_NE(state, State::complete) << testing::PrintToString(header);
    EXPECT_TRUE(!broken || state == State::broken) << "refused, then taken back";
    broken = state == State::broken;
  }
}

// Among them the cases of nginx-tests' proxy_protocol.t.
TEST(ProxyHeader, Version1) {
  expect_good("PROXY TCP4 192.0.2.1 192.0.2.2 123 5678\r\n", "192.0.2.1");
  expect_good("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255");
  expect_good("PROXY TCP4 192.0.2.1 192.0.2.2 0 0\r\n", "192.0.2.1");
  expect_good("PROXY TCP6 2001:Db8::1 2001:Db8::2 123 5678\r\n", "2001:db8::1");
  expect_good(
      "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  expect_good("PROXY TCP6 ::ffff:192.0.2.1 ::1 123 5678\r\n", "192.0.2.1");
  expect_good("PROXY UNKNOWN\r\n", "");
  expect_good("PROXY UNKNOWN 1 2 3 4 5 6\r\n", "");
  expect_good(
      "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
      "");
}

TEST(ProxyHeader, BrokenVersion1) {
  for (const char* line : {"GET / HTTP/1.1\r\n",
                           "proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
                           " PROXY UNKNOWN\r\n",
                           "PROXY\r\n",
                           "PROXY \r\n",
                           "PROXY UNKNOWNX\r\n",
                           "PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
                           "PROXY TCP4\r\n",
                           "PROXY TCP4 192.0.2.1\r\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
                           "PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 a 2\r\n",
                           "PROXY TCP4 192.0.2.300 192.0.2.2 1 2\r\n",
                           "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
                           "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
                           "PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2\r\n",
                           "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
                           "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rX",
                           "PROXY TCP4 192.0.2.1 localhost 1 2\r\n"}) {
    expect_broken(line);
  }
  expect_broken("PROXY TCP4 192.0.2.1\0 192.0.2.2 1 2\r\n"s);
}

TEST(ProxyHeader, AVersion1LineHas107BytesAtMost) {
  const std::string fits = "PROXY UNKNOWN " + std::string(107 - 16, 'x') + "\r\n";
  ASSERT_EQ(fits.size(), 107U);
  expect_good(fits, "");
  expect_broken("PROXY UNKNOWN " + std::string(107 - 15, 'x') + "\r\n");
  expect_broken(std::string(107, 'x').replace(0, 14, "PROXY UNKNOWN "));
}

TEST(ProxyHeader, Version2) {
  expect_good(v2(0x21, 0x11, v4_pair), "192.0.2.1");
  expect_good(v2(0x21, 0x21, v6_pair), "2001:db8::1");
  expect_good(v2(0x21, 0x12, v4_pair), "192.0.2.1");  // a datagram's, passed on over a stream
  // TLVs are skipped.
  expect_good(v2(0x21, 0x11, v4_pair + std::string(9, '\0')), "192.0.2.1");
  expect_good(v2(0x21, 0x21, v6_pair + "\x01\x00\x02h2\x20\x00\x00"s), "2001:db8::1");
  // LOCAL keeps the real peer, whatever it says besides.
  expect_good(v2(0x20, 0x00, ""), "");
  expect_good(v2(0x20, 0x11, v4_pair), "");
  expect_good(v2(0x20, 0xff, "anything"), "");
  // No family, and Unix paths: nobody's address.
  expect_good(v2(0x21, 0x00, ""), "");
  expect_good(v2(0x21, 0x01, ""), "");
  expect_good(v2(0x21, 0x00, "abcd"), "");
  expect_good(v2(0x21, 0x31, std::string(216, '\0')), "");
}

TEST(ProxyHeader, BrokenVersion2) {
  expect_broken(v2(0x11, 0x11, v4_pair));  // version
  expect_broken(v2(0x22, 0x11, v4_pair));  // command
  expect_broken(v2(0x21, 0x41, v4_pair));  // family: nginx takes it, the specification does not
  expect_broken(v2(0x21, 0x13, v4_pair));  // protocol
  expect_broken(v2(0x21, 0x11, v4_pair.substr(1)));
  expect_broken(v2(0x21, 0x21, v4_pair));
  expect_broken(v2(0x21, 0x11, std::string(limits::proxy_header_bytes_max, '\0')));
  std::string start = v2(0x21, 0x11, v4_pair);
  start[11] = '\r';
  expect_broken(start);
  expect_good(v2(0x21, 0x11, v4_pair + std::string(limits::proxy_header_bytes_max - 28, '\0')),
              "192.0.2.1");
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

RC_GTEST_PROP(ProxyHeader, WhatIsWrittenIsRead, (bool v6, bool second)) {
  const auto size = static_cast<std::size_t>(v6 ? 16 : 4);
  const auto octets =
      rc::gen::container<std::vector<std::uint8_t>>(size, rc::gen::arbitrary<std::uint8_t>());
  const auto source = *octets;
  const auto target = *octets;
  const auto port = *rc::gen::arbitrary<std::uint16_t>();
  std::string header;
  if (second) {
    std::string content{source.begin(), source.end()};
    content.append(target.begin(), target.end());
    content += {static_cast<char>(port >> 8U), static_cast<char>(port & 0xffU), 0, 80};
    header = v2(0x21, v6 ? 0x21 : 0x11, content);
  } else {
    header = "PROXY " + std::string{v6 ? "TCP6 " : "TCP4 "} + text_of(source) + " " +
             text_of(target) + " " + std::to_string(port) + " 80\r\n";
  }
  const ProxyHeader parsed = parse_proxy_header(header + "GET");
  RC_ASSERT(parsed.state == State::complete);
  RC_ASSERT(parsed.bytes == header.size());
  RC_ASSERT(parsed.source == address_from(source.data(), size));
}

RC_GTEST_PROP(ProxyHeader, GarbageIsNeverTakenBeyondItsEnd, (const std::string& garbage)) {
  for (const std::string& start :
       {""s, "PROXY "s, "PROXY TCP4 "s, v2_start, v2_start + "\x21\x11"s}) {
    const std::string received = start + garbage;
    const ProxyHeader parsed = parse_proxy_header(received);
    RC_ASSERT(parsed.bytes <= received.size());
    RC_ASSERT((parsed.bytes == 0) == (parsed.state != State::complete));
  }
}

}  // namespace
}  // namespace waymark::redirect
