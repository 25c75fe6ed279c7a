#include "common/uuid.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace waymark {
namespace {

constexpr std::uint64_t some_ms = 0x0190163d8694;

// RFC 9562, appendix A.6: the example of a version 7 id.
TEST(Uuid, reads_the_example_of_the_standard) {
  const auto id = parse_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->unix_ms(), 0x017F22E279B0U);
  EXPECT_EQ(id->text(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(Uuid, refuses_other_forms) {
  for (const char* text :
       {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
        "017f22e279b07cc398c4dc0c0c07398f----", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
        "g17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c0739\x80"
        "f"}) {
    EXPECT_EQ(parse_uuid(text).error(), Errc::malformed_uuid) << text;
  }
}

RC_GTEST_PROP(Uuid, text_and_bytes_are_the_same_id, (const std::array<std::uint8_t, 16>& bytes)) {
  const Uuid id{bytes};
  const auto again = parse_uuid(id.text());
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == id);
}

TEST(Uuid7Generator, lays_the_bits_out_as_the_standard_says) {
  Uuid7Generator mint;
  for (int i = 0; i < 1'000; ++i) {
    const Uuid id = mint.next(some_ms);
    EXPECT_EQ(id.unix_ms(), some_ms);
    EXPECT_EQ(id.bytes[6] >> 4U, 7U) << "version";
    EXPECT_EQ(id.bytes[8] >> 6U, 2U) << "variant";
  }
}

TEST(Uuid7Generator, draws_all_62_bits_of_chance) {
  Uuid7Generator mint;
  std::array<unsigned, 8> ones{}, zeros{};
  for (int i = 0; i < 1'000; ++i) {
    const Uuid id = mint.next(some_ms);
    for (std::size_t byte = 0; byte < 8; ++byte) {
      ones[byte] |= id.bytes[8 + byte];
      zeros[byte] |= static_cast<std::uint8_t>(~id.bytes[8 + byte]);
    }
  }
  EXPECT_THAT(ones, testing::ElementsAre(0xbf, 255, 255, 255, 255, 255, 255, 255));
  EXPECT_THAT(zeros, testing::ElementsAre(0x7f, 255, 255, 255, 255, 255, 255, 255));
}

TEST(Uuid7Generator, borrows_from_the_future_past_4096_ids_in_a_millisecond) {
  Uuid7Generator mint;
  Uuid last;
  for (int i = 0; i < 4'096; ++i) last = mint.next(some_ms);
  EXPECT_EQ(last.unix_ms(), some_ms);
  EXPECT_EQ(mint.next(some_ms).unix_ms(), some_ms + 1);
  EXPECT_EQ(mint.next(some_ms + 2).unix_ms(), some_ms + 2);
}

// A step of the clock is small or huge, forwards or backwards, and often none at all.
RC_GTEST_PROP(Uuid7Generator, grows_whatever_the_clock_does, ()) {
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::oneOf(
      rc::gen::just(0), rc::gen::inRange(-3, 4), rc::gen::inRange(-100'000'000, 100'000'000)));
  Uuid7Generator mint;
  std::uint64_t now = some_ms;
  Uuid last = mint.next(now);
  for (const int step : steps) {
    now += static_cast<std::uint64_t>(static_cast<std::int64_t>(step));
    const Uuid id = mint.next(now);
    RC_ASSERT(last < id);
    RC_ASSERT(id.unix_ms() >= now);
    last = id;
  }
}

TEST(Uuid7Generator, threads_never_mint_the_same_id) {
  constexpr std::size_t each = 20'000;
  std::vector<std::vector<Uuid>> minted(4);
  std::vector<std::thread> threads;
  for (auto& ids : minted) {
    threads.emplace_back([&ids] {
      Uuid7Generator mint;
      for (std::size_t i = 0; i < each; ++i) ids.push_back(mint.next(some_ms));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<Uuid> all;
  for (const auto& ids : minted) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 4 * each);
}

}  // namespace
}  // namespace waymark
