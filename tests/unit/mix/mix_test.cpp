#include "loadtest/mix/mix.hpp"

#include "common/code.hpp"
#include "common/limits.hpp"
#include "common/token.hpp"
#include "loadtest/mix/container.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <sstream>

namespace waymark::mix {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string_view line_of(const MixRequest& request, std::string_view name) {
  const std::string_view bytes = request.bytes;
  const std::string start = "\r\n" + std::string{name} + ": ";
  const std::size_t at = bytes.find(start);
  if (at == std::string_view::npos) return {};
  const std::size_t value = at + start.size();
  return bytes.substr(value, bytes.find("\r\n", value) - value);
}

std::string_view target_of(const MixRequest& request) {
  const std::string_view bytes = request.bytes;
  const std::size_t at = bytes.find(' ') + 1;
  return bytes.substr(at, bytes.find(' ', at) - at);
}

// Path without the leading slash, also of absolute-form.
std::string_view path_of(const MixRequest& request) {
  std::string_view target = target_of(request);
  if (target.starts_with("http://")) target.remove_prefix(target.find('/', 7));
  return target.substr(1, target.find('?') - 1);
}

std::string_view our_cookie(const MixRequest& request) {
  const std::string_view cookies = line_of(request, "Cookie");
  const std::size_t at = cookies.find("wm_ref=");
  if (at == std::string_view::npos) return {};
  return cookies.substr(at + 7, cookies.find(';', at) - at - 7);
}

TEST(Mix, TheSameSeedGivesTheSameRequests) {
  const auto one = make_mix({.seed = 7, .count = 500});
  const auto two = make_mix({.seed = 7, .count = 500});
  const auto other = make_mix({.seed = 8, .count = 500});
  std::size_t different = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].bytes, two[i].bytes);
    EXPECT_EQ(one[i].status, two[i].status);
    different += one[i].bytes != other[i].bytes;
  }
  EXPECT_GT(different, 490U);
}

TEST(Mix, ALongerMixBeginsLikeAShorterOne) {
  const auto shorter = make_mix({.count = 50});
  const auto longer = make_mix({.count = 100});
  for (std::size_t i = 0; i < shorter.size(); ++i) EXPECT_EQ(shorter[i].bytes, longer[i].bytes);
}

TEST(Mix, KeepsTheSharesOfItsReadme) {
  const std::size_t count = 20'000;
  std::map<Kind, double> seen;
  double returning = 0;
  double unknown = 0;
  for (const MixRequest& request : make_mix({.count = count})) {
    ++seen[request.kind];
    returning += request.returning;
    unknown += request.status == 404;
  }
  const std::map<Kind, double> percent{
      {Kind::person, 80},   {Kind::head, 2},    {Kind::prefetch, 2}, {Kind::embed, 1},
      {Kind::preview, 4.5}, {Kind::crawler, 4}, {Kind::scanner, 2},  {Kind::tool, 2.5},
      {Kind::page, 1.5},    {Kind::method, 0.5}};
  for (const auto& [kind, share] : percent) {
    const double expected = share / 100 * count;
    EXPECT_NEAR(seen[kind], expected, 5 * std::sqrt(expected)) << to_text(kind);
  }
  EXPECT_NEAR(returning / count, 0.83 * 0.22 * 0.92, 0.015);
  EXPECT_NEAR(unknown / count, 0.02, 0.005);
}

TEST(Mix, EveryRequestIsOneWholeHeaderWithOneHost) {
  for (const MixRequest& request : make_mix({})) {
    EXPECT_LE(request.bytes.size(), limits::header_bytes_max);
    EXPECT_THAT(request.bytes, EndsWith("\r\n\r\n"));
    EXPECT_EQ(request.bytes.find("\r\n\r\n"), request.bytes.size() - 4);
    EXPECT_NE(line_of(request, "Host"), "");
    EXPECT_EQ(request.bytes.find("\r\nHost: "), request.bytes.rfind("\r\nHost: "));
    EXPECT_LE(target_of(request).size(), limits::target_bytes_max);
  }
}

TEST(Mix, EverySpellingNamesItsCode) {
  std::size_t spelled_otherwise = 0;
  for (const MixRequest& request : make_mix({})) {
    if (request.code.empty()) continue;
    char buffer[limits::code_bytes_max];
    const auto code = normalize_code(path_of(request), CodeCase::fold, buffer);
    ASSERT_TRUE(code) << request.bytes;
    EXPECT_EQ(*code, request.code);
    spelled_otherwise += path_of(request) != request.code;
  }
  EXPECT_GT(spelled_otherwise, 300U);
}

TEST(Mix, KnownCodesHaveRecordsAndUnknownOnesHaveNone) {
  std::set<std::string> codes;
  for (const MixRecord& record : mix_records({})) {
    codes.insert(record.key.substr(record.key.find('/') + 1));
  }
  EXPECT_EQ(codes.size(), 2'000U + 11U);  // and the campaigns
  for (const MixRequest& request : make_mix({})) {
    if (request.status == 404) {
      EXPECT_FALSE(codes.contains(std::string{path_of(request)})) << request.bytes;
    } else if (request.kind != Kind::page) {
      EXPECT_TRUE(codes.contains(request.code) || request.kind == Kind::method) << request.bytes;
    }
  }
}

TEST(Mix, EveryRecordIsValid) {
  for (const MixRecord& record : mix_records({})) {
    if (record.key.starts_with("wm:link:")) {
      EXPECT_TRUE(parse_link(record.fields, {}).has_value()) << record.key;
    } else {
      EXPECT_TRUE(parse_campaign(record.fields).has_value()) << record.key;
    }
  }
}

TEST(Mix, CookiesVerifyUnlessTheyAreSpoiled) {
  const MixOptions options;
  std::size_t spoiled = 0;
  for (const MixRequest& request : make_mix(options)) {
    AttributionBuffer buffer;
    const auto attribution = verify_attribution(our_cookie(request), *options.keys, buffer);
    EXPECT_EQ(attribution.has_value(), request.returning) << request.bytes;
    if (attribution) {
      EXPECT_GT(attribution->campaigns[0].ends_at, options.now);
    }
    spoiled += !request.returning && request.bytes.find("wm_ref=") != std::string::npos;
  }
  EXPECT_GT(spoiled, 50U);
}

TEST(Mix, HoldsTheOddities) {
  std::string all;
  for (const MixRequest& request : make_mix({})) all += request.bytes;
  EXPECT_THAT(all, HasSubstr(" http://go.example.com/"));
  EXPECT_THAT(all, HasSubstr(" HTTP/1.0\r\n"));
  EXPECT_THAT(all, HasSubstr("Sec-GPC: 1\r\n"));
  EXPECT_THAT(all, HasSubstr("Sec-Purpose: prefetch"));
  EXPECT_THAT(all, HasSubstr("Sec-Fetch-Dest: image\r\n"));
  EXPECT_THAT(all, HasSubstr("FBAN/FBIOS"));
  EXPECT_THAT(all, HasSubstr("POST /"));
  EXPECT_THAT(all, HasSubstr("Host: GO.Example.com\r\n"));
  EXPECT_THAT(all, Not(HasSubstr(": \r\n")));
}

TEST(MixFile, HoldsEveryRequestBehindItsSize) {
  const auto mix = make_mix({.count = 200});
  std::stringstream file;
  write_mix_file(file, mix);
  for (const MixRequest& request : mix) {
    std::size_t size = 0;
    int status = 0;
    std::string kind;
    file >> size >> status >> kind;
    ASSERT_EQ(file.get(), '\n');
    std::string bytes(size, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    EXPECT_EQ(bytes, request.bytes);
    EXPECT_EQ(status, request.status);
    EXPECT_EQ(kind, to_text(request.kind));
  }
  EXPECT_EQ(file.get(), std::char_traits<char>::eof());
}

TEST(MixFile, RedisCommandsNeedNoQuoting) {
  std::stringstream file;
  write_redis_commands(file, mix_records({}));
  for (std::string line; std::getline(file, line);) {
    EXPECT_THAT(line, testing::MatchesRegex("HSET [^ \"']+( [^ \"']+ [^ \"']+)+")) << line;
  }
}

}  // namespace
}  // namespace waymark::mix
