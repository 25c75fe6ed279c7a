// Texts of sizes, times, addresses and names.
#include "common/settings/units.hpp"

#include "common/settings/mask.hpp"
#include "common/settings/nearest_name.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace waymark {
namespace {

using namespace std::chrono_literals;

TEST(Duration, HasAUnit) {
  EXPECT_EQ(*parse_duration("250ms"), 250ms);
  EXPECT_EQ(*parse_duration("60s"), 60s);
  EXPECT_EQ(*parse_duration("10m"), 10min);
  EXPECT_EQ(*parse_duration("24h"), 24h);
  EXPECT_EQ(*parse_duration("2d"), 48h);
  EXPECT_EQ(*parse_duration("0"), 0ms);
  for (const char* bad : {"", "5", "ms", "-5s", "5 s", "5S", "1.5s", "5sm", "99999999999999999d"}) {
    EXPECT_TRUE(parse_duration(bad).has_error()) << bad;
  }
}

TEST(Size, IsBytesOrHasABinaryUnit) {
  EXPECT_EQ(*parse_bytes("512KiB"), 512 * KiB);
  EXPECT_EQ(*parse_bytes("8GiB"), 8 * GiB);
  EXPECT_EQ(*parse_bytes("1000"), 1000U);
  EXPECT_EQ(*parse_bytes("0"), 0U);
  for (const char* bad : {"", "KiB", "5KB", "5k", "-1", "5 KiB", "1.5GiB", "99999999999TiB"}) {
    EXPECT_TRUE(parse_bytes(bad).has_error()) << bad;
  }
}

RC_GTEST_PROP(Duration, ReadsWhatItWrites, ()) {
  const auto duration = std::chrono::milliseconds{*rc::gen::inRange<std::int64_t>(0, 1LL << 50U)};
  RC_ASSERT(*parse_duration(duration_text(duration)) == duration);
}

RC_GTEST_PROP(Size, ReadsWhatItWrites, ()) {
  const Bytes bytes{*rc::gen::inRange<std::uint64_t>(0, 1ULL << 50U) *
                    *rc::gen::element<std::uint64_t>(1, KiB, 4096)};
  RC_ASSERT(*parse_bytes(bytes_text(bytes)) == bytes);
}

TEST(ListenAddressText, BracketsIpv6) {
  for (const char* good : {"127.0.0.1:8080", "[::1]:8080", "localhost:0", ":8080", "[::]:65535"}) {
    const auto address = parse_listen_address(good);
    ASSERT_TRUE(address) << good;
    EXPECT_EQ(address->text(), good);
  }
  for (const char* bad :
       {"", "8080", "::1:8080", "[::1]", "h:65536", "h:", "h:x", "[h]:1", "a b:1"}) {
    EXPECT_FALSE(parse_listen_address(bad)) << bad;
  }
}

TEST(NearestName, ForgivesTypingErrorsOnly) {
  const std::vector<std::string> known{"ship.window", "ship.rate", "threads"};
  EXPECT_EQ(nearest_name("ship.windov", known), "ship.window");
  EXPECT_EQ(nearest_name("threads", known), "threads");
  EXPECT_EQ(nearest_name("thraeds", known), "threads");
  EXPECT_EQ(nearest_name("", known), "");
  EXPECT_EQ(nearest_name("journal", known), "");
  EXPECT_EQ(did_you_mean("thread", known), "; did you mean threads?");
  EXPECT_EQ(did_you_mean("journal", known), "");
}

TEST(MaskPasswords, HidesWhatStandsInUrls) {
  EXPECT_EQ(mask_passwords("redis://u:secret@h:1/2"), "redis://u:***@h:1/2");
  EXPECT_EQ(mask_passwords("redis://:p@ss@h"), "redis://:***@h");
  EXPECT_EQ(mask_passwords("postgresql://u@h/db?password=x&a=b"),
            "postgresql://u@h/db?password=***&a=b");
  EXPECT_EQ(mask_passwords("postgresql://u:p@h/db?password=x"),
            "postgresql://u:***@h/db?password=***");
  for (const char* plain :
       {"", "text: with @ and :", "redis://h:1", "redis://u@h:1", "https://a/?b=@:"}) {
    EXPECT_EQ(mask_passwords(plain), plain);
  }
}

}  // namespace
}  // namespace waymark
