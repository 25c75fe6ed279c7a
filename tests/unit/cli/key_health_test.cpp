#include "tracker/cli/doctor/key_health.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t now = 1'767'225'600'000;

Finding judged(const char* tracker_keys, std::vector<std::string> edge_keys,
               std::uint64_t seen_ms = now) {
  EdgeSum sum;
  sum.edge.seen_ms = seen_ms;
  sum.edge.key_ids = std::move(edge_keys);
  return judge_tracker_keys(boost::json::parse(tracker_keys), {sum}, now);
}

TEST(KeyHealth, ATrackerThatHasThemAllIsGood) {
  EXPECT_EQ(judged(R"(["k1"])", {"k1"}).grade, Grade::good);
  EXPECT_EQ(judged(R"(["k1","k2"])", {"k2", "k1"}).grade, Grade::good);
  EXPECT_EQ(judged(R"(["k1","k2"])", {"k1"}).grade, Grade::good) << "it may be ahead";
}

TEST(KeyHealth, OneThatLacksASigningKeyCreditsNobody) {
  const Finding finding = judged(R"(["k1"])", {"k2", "k1"});
  EXPECT_EQ(finding.grade, Grade::problem);
  EXPECT_THAT(finding.text, HasSubstr("lack k2, which edges sign with"));
  EXPECT_THAT(finding.fix, HasSubstr("SIGHUP"));
}

TEST(KeyHealth, OneThatLacksAnotherWillDoSoSoon) {
  const Finding finding = judged(R"(["k1"])", {"k1", "k2"});
  EXPECT_EQ(finding.grade, Grade::warning);
  EXPECT_THAT(finding.text, HasSubstr("lack k2"));
}

TEST(KeyHealth, EdgesThatHaveEndedSignNothing) {
  EXPECT_EQ(judged(R"(["k1"])", {"k2"}, now - silence_max_ms - 1).grade, Grade::good);
}

TEST(KeyHealth, OneWithoutKeysCannotTell) {
  const Finding finding = judged("null", {"k1"});
  EXPECT_EQ(finding.grade, Grade::warning);
  EXPECT_THAT(finding.fix, HasSubstr("--keys"));
}

}  // namespace
}  // namespace waymark::cli
