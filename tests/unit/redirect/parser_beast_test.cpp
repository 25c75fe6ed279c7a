// Our parser beside Beast's: stricter, never laxer, and of one mind about what it accepts.
#include "loadtest/mix/mix.hpp"
#include "redirect/server/request_parser.hpp"
#include "redirect/server/target.hpp"
#include "tests/support/beast_parser.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace waymark::redirect {
namespace {

const std::vector<mix::MixRequest>& requests() {
  static const std::vector<mix::MixRequest> made = mix::make_mix({});
  return made;
}

void expect_of_one_mind(const std::string& bytes, const Request& request) {
  test::BeastParser beast;
  ASSERT_TRUE(beast.parse(bytes)) << bytes;
  EXPECT_EQ(request.target, beast.target) << bytes;
  EXPECT_EQ(request.host_field, beast.host) << bytes;
  EXPECT_EQ(request.user_agent, beast.user_agent) << bytes;
  if (request.cookie_count > 0) {
    EXPECT_EQ(request.cookies[0], beast.cookie) << bytes;
  }
}

TEST(ParserBesideBeast, TheMixIsReadAlike) {
  for (const mix::MixRequest& each : requests()) {
    Request request;
    ASSERT_EQ(parse_request(each.bytes, request).bytes, each.bytes.size()) << each.bytes;
    expect_of_one_mind(each.bytes, request);
  }
}

TEST(ParserBesideBeast, WhatWeAcceptOfADamagedRequestBeastAcceptsToo) {
  rc::check([] {
    std::string bytes = requests()[*rc::gen::inRange<std::size_t>(0, requests().size())].bytes;
    const int changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
      switch (*rc::gen::inRange(0, 4)) {
        case 0:
          bytes[at] = *rc::gen::arbitrary<char>();
          break;
        case 1:
          bytes.erase(at, 1);
          break;
        case 2:
          bytes.insert(at, 1, *rc::gen::element('\r', '\n', ' ', ':', '\t', '\0', ','));
          break;
        default:
          bytes.insert(at, *rc::gen::element<std::string>("\r\n", "\r\n ", "HTTP/1.1"));
      }
    }
    Request request;
    const Parsed parsed = parse_request(bytes, request);
    HostBuffer host;
    if (parsed.bytes == 0 || split_target(request, host) != Refusal::none) return;
    if (request.host_fields != 1) return;
    // Several lengths that agree are one; Beast reads such a list alike only on one line.
    if (request.content) return;
    expect_of_one_mind(bytes.substr(0, parsed.bytes), request);
  });
}

}  // namespace
}  // namespace waymark::redirect
