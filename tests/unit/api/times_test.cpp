#include "tracker/api/times.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace waymark::tracker {
namespace {

TEST(Times, AreReadInEveryForm) {
  constexpr std::uint64_t ten_ms = 1'777'716'000'000;
  EXPECT_EQ(parse_time_ms("2026-05-02T10:00:00Z"), ten_ms);
  EXPECT_EQ(parse_time_ms("2026-05-02t12:00:00.25+02:00"), ten_ms + 250);
  EXPECT_EQ(parse_time_ms("2026-05-02 05:30:00-04:30"), ten_ms);
  EXPECT_EQ(parse_time_ms("1777716000"), ten_ms);
  EXPECT_EQ(parse_time_ms("2026-05-02"), ten_ms - 36'000'000) << "its first moment";
  EXPECT_EQ(parse_time_ms("2024-02-29T00:00:00.1239Z").value() % 1000, 123U);
}

TEST(Times, ThatAreNoneAreRefused) {
  for (const auto* text :
       {"", "now", "2026-05-02T", "2026-02-31", "2026-05-02T10:00:00", "2026-02-30T10:00:00Z",
        "2026-13-01T10:00:00Z", "2026-05-02T24:00:00Z", "2026-05-02T10:00:00.Z",
        "2026-05-02T10:00:00+2:00", "2026-05-02T10:00:00Zx", "1969-12-31T23:59:59Z", "-1",
        "99999999999999999999", "253402300800"}) {
    EXPECT_EQ(parse_time_ms(text), std::nullopt) << text;
  }
}

TEST(Times, GoThereAndBack) {
  EXPECT_TRUE(rc::check([] {
    const auto unix_ms = *rc::gen::inRange<std::uint64_t>(0, 253'402'300'799'999);
    RC_ASSERT(parse_time_ms(rfc3339_ms(unix_ms)) == unix_ms);
    const auto seconds = static_cast<std::int64_t>(unix_ms / 1000);
    RC_ASSERT(parse_time_ms(rfc3339(seconds)) == unix_ms / 1000 * 1000);
  }));
}

}  // namespace
}  // namespace waymark::tracker
