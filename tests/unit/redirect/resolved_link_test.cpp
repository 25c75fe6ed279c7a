// Links at rest: what they keep, and how little room they take.
#include "redirect/links/resolved_link.hpp"

#include "allocations.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <limits>

namespace waymark::redirect::test {
namespace {

LinkRecord typical_record() {
  LinkRecord record;
  record.destination = "https://shop.example/de/produkte/sparkonto-2026";
  record.campaign = "camp_spring_2026";
  record.referrer = "rfr_01hzx3k9q8m2v7t5w4y6n0p1";
  record.link = "lnk_01hzx3k9q8m2v7t5w4y6n0p1ab";
  return record;
}

CampaignRecord typical_campaign() {
  CampaignRecord campaign;
  campaign.utm = "utm_source=referral&utm_medium=share-link";
  return campaign;
}

// 400 bytes with its slot and its place in the index (link_cache.hpp).
TEST(ResolvedLink, ATypicalOneTakesAtMost250Bytes) {
  const auto link = link_to(typical_record(), typical_campaign());
  EXPECT_LE(link->bytes(), 250U);
}

TEST(ResolvedLink, CountsItsMemoryHonestly) {
  LinkRecord full = typical_record();
  full.title = "A title that does not fit into the text object";
  full.description = std::string(200, 'd');
  full.expired_url = "https://shop.example/late/and/longer/than/the/object";
  full.rules = R"([{"when":{"country":["DE","AT"],"language":["de","de-at"],"query":{"a":["b"]}},
                    "split":[{"weight":1,"destination":"https://a.example/{click}"},
                             {"weight":2,"destination":"https://b.example/{code}"}]}])";
  const auto campaign = resolve_campaign("camp_spring_2026", typical_campaign(), true);
  for (const LinkRecord& record : {typical_record(), full}) {
    constexpr int count = 1'000;
    std::vector<std::shared_ptr<const ResolvedLink>> links;
    links.reserve(count);
    const std::size_t before = mallinfo2().uordblks;
    for (int i = 0; i < count; ++i) links.push_back(resolve_link("anna7", record, campaign));
    const std::size_t taken = (mallinfo2().uordblks - before) / count;
    if (taken == 0) GTEST_SKIP() << "another allocator, which does not tell";
    EXPECT_NEAR(static_cast<double>(links[0]->bytes()), static_cast<double>(taken),
                0.1 * static_cast<double>(taken));
  }
}

TEST(ResolvedLink, KeepsWhatAnswersAreMadeOf) {
  LinkRecord record = typical_record();
  const auto plain = link_to(record);
  EXPECT_EQ(plain->status(), LinkStatus::active);
  EXPECT_EQ(plain->expires_at(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(plain->rules(), nullptr);
  record.status = LinkStatus::archived;
  record.starts_at = 0;
  record.expires_at = (std::int64_t{1} << 53U) - 1;
  record.expired_url = "https://shop.example/late";
  record.full = true;
  record.rules = R"([{"destination":"https://a.example/"}])";
  record.status_code = 308;
  record.query = QueryPolicy::drop;
  record.title = "Title";
  record.description = "Description";
  record.image = "https://shop.example/i.png";
  record.test = true;
  const auto link = link_to(record);
  EXPECT_EQ(link->code(), "anna7");
  EXPECT_EQ(link->link_id(), record.link);
  EXPECT_EQ(link->referrer(), record.referrer);
  EXPECT_EQ(link->campaign->id, record.campaign);
  EXPECT_EQ(link->landing().text, record.destination);
  EXPECT_EQ(link->status(), LinkStatus::archived);
  EXPECT_EQ(link->starts_at(), 0);
  EXPECT_EQ(link->expires_at(), record.expires_at);
  EXPECT_TRUE(link->full());
  EXPECT_TRUE(link->test());
  EXPECT_EQ(link->status_code(), 308);
  EXPECT_EQ(link->query(), QueryPolicy::drop);
  EXPECT_EQ(link->title(), "Title");
  EXPECT_EQ(link->description(), "Description");
  EXPECT_EQ(link->image(), "https://shop.example/i.png");
  EXPECT_EQ(link->fallback(), "https://shop.example/late");
  ASSERT_NE(link->rules(), nullptr);
  EXPECT_EQ(link->rules()->landings.size(), 1U);
}

TEST(ResolvedLink, AnUnusableOneAnswersAsADraft) {
  const auto link = unusable_link("anna7");
  EXPECT_EQ(link->code(), "anna7");
  EXPECT_EQ(link->campaign->record.status, CampaignStatus::draft);
}

TEST(ResolvedLink, IsRefusedWhenAPageOfItsRulesOutgrowsTheLimit) {
  std::string destination = "https://s.example/";
  while (destination.size() < limits::destination_bytes_max - 6) destination += "{code}";
  LinkRecord record = typical_record();
  record.rules = R"([{"destination":")" + destination + R"("}])";
  EXPECT_EQ(
      resolve_link(std::string(64, 'x'), record, resolve_campaign("", CampaignRecord{}, true)),
      nullptr);
}

}  // namespace
}  // namespace waymark::redirect::test
