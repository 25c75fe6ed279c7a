#include "tracker/cli/doctor/machine_health.hpp"
#include "tracker/cli/doctor/redis_health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

RedisFacts good_redis() {
  RedisFacts facts;
  facts.version = "7.0.15";
  facts.supported = true;
  facts.append_only = true;
  facts.eviction = "noeviction";
  facts.memory_used = 100 << 20;
  return facts;
}

Finding about(const Findings& findings, std::string_view subject) {
  const auto found = std::ranges::find(findings, subject, &Finding::subject);
  return found == findings.end() ? Finding{Grade::good, "missing", "", ""} : *found;
}

TEST(RedisHealth, FindsNothingWrongWithAGoodServer) {
  for (const auto& finding : judge_redis(good_redis())) {
    EXPECT_EQ(finding.grade, Grade::good) << finding.subject;
    EXPECT_THAT(finding.fix, IsEmpty());
  }
}

TEST(RedisHealth, NamesAFixForEachFault) {
  auto facts = good_redis();
  facts.version = "6.0.16";
  facts.supported = false;
  facts.append_only = false;
  facts.eviction = "allkeys-lru";
  facts.memory_max = facts.memory_used;
  facts.clock_ahead = -1'500ms;
  for (const auto& finding : judge_redis(facts)) {
    EXPECT_EQ(finding.grade, Grade::problem) << finding.subject;
    EXPECT_FALSE(finding.fix.empty()) << finding.subject;
  }
  EXPECT_THAT(about(judge_redis(facts), "clock").text, HasSubstr("1500 ms behind"));
}

TEST(RedisHealth, SnapshotsAloneAreAWarning) {
  auto facts = good_redis();
  facts.append_only = false;
  facts.snapshots = true;
  EXPECT_EQ(about(judge_redis(facts), "redis persistence").grade, Grade::warning);
}

TEST(MachineHealth, GradesFilesAndDisk) {
  EXPECT_EQ(judge_file_limit(1'048'576).grade, Grade::good);
  EXPECT_EQ(judge_file_limit(1'024).grade, Grade::problem);
  EXPECT_EQ(judge_disk("/j", 100ULL << 30U).grade, Grade::good);
  EXPECT_EQ(judge_disk("/j", 5ULL << 30U).grade, Grade::warning);
  EXPECT_EQ(judge_disk("/j", 1ULL << 20U).grade, Grade::problem);
  EXPECT_EQ(check_machine("/no/such/folder").back().grade, Grade::problem);
}

}  // namespace
}  // namespace waymark::cli
