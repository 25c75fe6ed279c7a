#include "redirect/links/campaign_table.hpp"

#include <gtest/gtest.h>

namespace waymark::redirect {
namespace {

using namespace std::chrono_literals;

CampaignRecord lasting(double days) {
  CampaignRecord record;
  record.window_days = days;
  return record;
}

TEST(CampaignTable, AnUnchangedRecordKeepsItsLinksUpToDate) {
  CampaignTable table{100, 1h};
  EXPECT_FALSE(table.is_fresh("camp"));
  table.store("camp", lasting(30));
  const auto before = table.find("camp").campaign;
  table.store("camp", lasting(30));
  EXPECT_EQ(table.find("camp").campaign, before);
  EXPECT_FALSE(before->outdated);
  EXPECT_TRUE(table.is_fresh("camp"));
}

TEST(CampaignTable, ADifferentRecordOutdatesTheLinksThatCarryTheOld) {
  CampaignTable table{100, 1h};
  table.store("camp", lasting(30));
  const auto before = table.find("camp").campaign;
  table.store("camp", lasting(60));
  EXPECT_TRUE(before->outdated);
  EXPECT_EQ(table.find("camp").campaign->window_seconds, 60U * 86'400);
  table.store("camp", std::nullopt);
  EXPECT_FALSE(table.find("camp").campaign->known) << "it was deleted: the defaults count";
}

TEST(CampaignTable, AChangeIsAskedForAndReplaced) {
  CampaignTable table{100, 1h};
  table.store("camp", lasting(30));
  const auto before = table.find("camp").campaign;
  table.changed("camp");
  EXPECT_TRUE(before->outdated);
  EXPECT_FALSE(table.is_fresh("camp"));
  table.store("camp", lasting(30));
  EXPECT_TRUE(table.is_fresh("camp"));
  EXPECT_FALSE(table.find("camp").campaign->outdated);
}

TEST(CampaignTable, LinksWithoutACampaignShareOne) {
  CampaignTable table{100, 1h};
  const auto none = table.find("");
  ASSERT_NE(none.campaign, nullptr);
  EXPECT_EQ(none.campaign, table.find("").campaign);
  EXPECT_EQ(none.age_ms, 0U) << "what does not exist does not grow old";
}

TEST(CampaignTable, AfterALossOfTrackingCampaignsAreAskedForWithoutSpoilingLinks) {
  CampaignTable table{100, 1h};
  table.store("camp", lasting(30));
  table.mark_all_old();
  EXPECT_FALSE(table.is_fresh("camp"));
  EXPECT_FALSE(table.find("camp").campaign->outdated);
}

TEST(CampaignTable, FullItDropsTheOneNeededLongestAgoWhoseLinksAreOutdated) {
  CampaignTable table{3, 1h};
  EXPECT_FALSE(table.store("first", lasting(1)));
  EXPECT_FALSE(table.store("second", lasting(2)));
  EXPECT_FALSE(table.store("third", lasting(3)));
  const auto second = table.find("second").campaign;
  const auto third = table.find("third").campaign;
  EXPECT_TRUE(table.is_fresh("first")) << "a link needs it";
  EXPECT_FALSE(table.store("third", lasting(3))) << "it has its place";
  EXPECT_TRUE(table.store("fourth", lasting(4)));
  EXPECT_TRUE(second->outdated) << "nothing else would tell its links of a change";
  EXPECT_EQ(table.find("second").campaign, nullptr);
  EXPECT_FALSE(table.is_fresh("second"));
  EXPECT_FALSE(third->outdated);
  EXPECT_TRUE(table.is_fresh("first"));
  table.changed("third");
  EXPECT_TRUE(third->outdated);
}

}  // namespace
}  // namespace waymark::redirect
