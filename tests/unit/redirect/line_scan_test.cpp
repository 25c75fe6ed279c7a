// Both ways to look at octets, against looking at one after the other.
#include "redirect/server/line_scan.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace waymark::redirect {
namespace {

// Octets as headers hold them, with any other here and there.
std::string some_octets(std::size_t size, std::mt19937& random) {
  constexpr std::string_view usual = "abcxyzABCXYZ0189-_:.=; \t\r\n!~";
  std::string octets(size, '\0');
  for (char& each : octets) {
    const auto draw = random();
    each = draw % 16 == 0 ? static_cast<char>(draw >> 8U) : usual[(draw >> 8U) % usual.size()];
  }
  return octets;
}

std::size_t token_octets_before_any_other(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && token_octets[static_cast<unsigned char>(text[count])]) ++count;
  return count;
}

template <class Scan>
void expect_all_controls_of_any_length() {
  std::mt19937 random{1};
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string text = some_octets(size, random);
    const char* const end = text.data() + size;
    ControlScan<Scan> controls{text.data(), end};
    for (const char& each : text) {
      if (!is_control(each)) continue;
      ASSERT_EQ(controls.next(), &each) << "of " << size;
    }
    EXPECT_EQ(controls.next(), end) << "of " << size;
    EXPECT_EQ(controls.next(), end) << "of " << size;
  }
}

TEST(ControlScan, finds_every_control_character_in_its_order) {
  expect_all_controls_of_any_length<PlainScan>();
}

TEST(PlainScan, counts_nothing_that_is_in_no_token) {
  std::mt19937 random{2};
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = some_octets(40, random);
    EXPECT_LE(PlainScan::token_run(text.data(), text.data() + text.size()),
              token_octets_before_any_other(text));
  }
  const std::string name = "Upgrade-Insecure-Requests: 1 and more";
  EXPECT_EQ(PlainScan::token_run(name.data(), name.data() + name.size()), name.find(':'));
}

#if defined(__x86_64__)
TEST(Avx2Scan, finds_every_control_character_in_its_order) {
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "this processor has no AVX2";
  expect_all_controls_of_any_length<Avx2Scan>();
}

TEST(Avx2Scan, counts_all_that_is_in_a_token) {
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "this processor has no AVX2";
  for (unsigned octet = 0; octet < 256; ++octet) {
    for (std::size_t place = 0; place < 32; ++place) {
      std::string text(48, 'a');
      text[place] = static_cast<char>(octet);
      text[40] = ':';
      EXPECT_EQ(Avx2Scan::token_run(text.data(), text.data() + text.size()),
                token_octets_before_any_other(text))
          << octet << " at " << place;
    }
  }
}
#endif

}  // namespace
}  // namespace waymark::redirect
