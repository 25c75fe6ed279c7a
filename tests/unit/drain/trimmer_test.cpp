// How long acknowledged entries stay. The trimming itself is tested with Redis, in
// drain_loop_test.cpp.
#include "tracker/drain/trimmer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace waymark::tracker {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;
constexpr std::uint64_t bytes_max = 64 * mib;

TEST(FittingTime, ThreeQuartersAreFilled) {
  EXPECT_EQ(fitting_ms(10'000, 48 * mib, bytes_max), 10'000U);
  EXPECT_EQ(fitting_ms(10'000, 60 * mib, bytes_max), 8'000U);
  EXPECT_EQ(fitting_ms(10'000, 6 * mib, bytes_max), 80'000U);
}

TEST(FittingTime, PastTheBoundAllMayHaveComeSinceTheLastLook) {
  EXPECT_EQ(fitting_ms(60'000, 96 * mib, bytes_max), 500U);
}

TEST(FittingTime, AnEmptyStreamIsNoBound) {
  EXPECT_GE(fitting_ms(60'000, 0, bytes_max), 60'000U);
}

// A shard as the trimmer drives it: trimmed five times a second, looked at once.
class Shard {
 public:
  // A second at this rate; returns the least that was there after a trim.
  std::uint64_t second(std::uint64_t bytes_a_second) {
    std::uint64_t least = ~std::uint64_t{0};
    for (int i = 0; i < 5; ++i) {
      now_ += 200;
      come_.push_back({now_, bytes_a_second / 5});
      std::erase_if(come_, [&](const Bytes& b) { return b.ms + keep_ <= now_; });
      if (keep_ <= now_) begin_ = std::max(begin_, now_ - keep_);
      least = std::min(least, bytes());
      most_ = std::max(most_, bytes());
    }
    keep_ = std::min(stream_keep_ms,
                     fitting_ms(std::min(now_ - begin_, stream_keep_ms), bytes(), bytes_max));
    return least;
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const Bytes& b : come_) sum += b.bytes;
    return sum;
  }
  std::uint64_t most() const { return most_; }

 private:
  static constexpr std::uint64_t stream_keep_ms = 60'000;
  struct Bytes {
    std::uint64_t ms, bytes;
  };
  std::vector<Bytes> come_;
  std::uint64_t now_ = 1'000'000, begin_ = now_, keep_ = stream_keep_ms, most_ = 0;
};

TEST(FittingTime, AtASteadyRateTheNewestStay) {
  Shard shard;
  for (int i = 0; i < 20; ++i) shard.second(20 * mib);
  for (int i = 0; i < 20; ++i) EXPECT_GE(shard.second(20 * mib), 32 * mib) << "second " << i;
  EXPECT_LE(shard.most(), bytes_max + 20 * mib) << "what comes until the next look may be beyond";
}

TEST(FittingTime, AfterAQuietTimeARushIsBoundedWithinALook) {
  Shard shard;
  for (int i = 0; i < 120; ++i) shard.second(mib / 100);
  for (int i = 0; i < 5; ++i) shard.second(80 * mib);
  for (int i = 0; i < 20; ++i) EXPECT_GE(shard.second(80 * mib), 24 * mib) << "second " << i;
  EXPECT_LE(shard.most(), bytes_max + 80 * mib);
  for (int i = 0; i < 120; ++i) shard.second(mib / 100);
  EXPECT_GE(shard.bytes(), 59 * mib / 100) << "a minute stays again";
}

}  // namespace
}  // namespace waymark::tracker
