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
  CampaignTable table{1h};
  EXPECT_FALSE(table.is_fresh("camp"));
  table.store("camp", lasting(30));
  const auto before = table.find("camp").campaign;
  table.store("camp", lasting(30));
  EXPECT_EQ(table.find("camp").campaign, before);
  EXPECT_FALSE(before->outdated);
  EXPECT_TRUE(table.is_fresh("camp"));
}

TEST(CampaignTable, ADifferentRecordOutdatesTheLinksThatCarryTheOld) {
  CampaignTable table{1h};
  table.store("camp", lasting(30));
  const auto before = table.find("camp").campaign;
  table.store("camp", lasting(60));
  EXPECT_TRUE(before->outdated);
  EXPECT_EQ(table.find("camp").campaign->window_seconds, 60U * 86'400);
  table.store("camp", std::nullopt);
  EXPECT_FALSE(table.find("camp").campaign->known) << "it was deleted: the defaults count";
}

TEST(CampaignTable, AChangeIsAskedForAndReplaced) {
  CampaignTable table{1h};
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
  const CampaignTable table{1h};
  const auto none = table.find("");
  ASSERT_NE(none.campaign, nullptr);
  EXPECT_EQ(none.campaign, table.find("").campaign);
  EXPECT_EQ(none.age_ms, 0U) << "what does not exist does not grow old";
}

TEST(CampaignTable, AfterALossOfTrackingCampaignsAreAskedForWithoutSpoilingLinks) {
  CampaignTable table{1h};
  table.store("camp", lasting(30));
  table.mark_all_old();
  EXPECT_FALSE(table.is_fresh("camp"));
  EXPECT_FALSE(table.find("camp").campaign->outdated);
}

}  // namespace
}  // namespace waymark::redirect
