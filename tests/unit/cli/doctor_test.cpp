#include "tracker/cli/doctor/cluster_health.hpp"
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

TEST(ClusterHealth, NamesWhatIsMissing) {
  ClusterFacts facts;
  facts.masters = {{"a:1", 8'192, 1, true}, {"b:2", 8'192, 2, true}};
  EXPECT_THAT(judge_cluster(facts), testing::SizeIs(1));
  EXPECT_THAT(judge_cluster(facts)[0].text,
              HasSubstr("2 masters (a:1: 8192 slots, 1 replicas; b:2"));

  facts.masters[0].replicas = 0;
  facts.masters[1].slots -= 5;
  facts.masters[1].reached = false;
  const auto findings = judge_cluster(facts);
  ASSERT_THAT(findings, testing::SizeIs(4));
  EXPECT_EQ(findings[1].grade, Grade::problem);
  EXPECT_THAT(findings[1].text, HasSubstr("5 slots are served by nobody"));
  EXPECT_EQ(findings[2].grade, Grade::warning);
  EXPECT_THAT(findings[2].text, HasSubstr("a:1 has no replica"));
  EXPECT_EQ(findings[3].grade, Grade::problem);
  EXPECT_THAT(findings[3].text, HasSubstr("b:2 cannot be reached"));
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
