#include "common/record_leads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark {

void PrintTo(const Lead& lead, std::ostream* out) {
  *out << lead.field << ' ' << lead.place << lead.host;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Leads, AreEveryPlaceOfALinkOnce) {
  LinkRecord link;
  link.destination = "https://Shop.example:8443/{code}";
  link.expired_url = "https://late.example/";
  link.rules = R"([{"destination":"https://shop.example/rule"},
                   {"split":[{"weight":1,"destination":"https://a.example/"},
                             {"weight":1,"destination":"https://a.example/other"},
                             {"weight":1,"destination":"https://b.example/"}]}])";
  EXPECT_THAT(leads_of(link), ElementsAre(Lead{"destination", "", "shop.example"},
                                          Lead{"expired_url", "", "late.example"},
                                          Lead{"rules", "at index 0: destination ", "shop.example"},
                                          Lead{"rules", "at index 1: destination ", "a.example"},
                                          Lead{"rules", "at index 1: destination ", "b.example"}));
}

TEST(Leads, AreTheFallbacksOfCampaignsAndDomains) {
  EXPECT_THAT(leads_of(CampaignRecord{}), IsEmpty());
  EXPECT_THAT(leads_of(CampaignRecord{.fallback_url = "https://a.example/x"}),
              ElementsAre(Lead{"fallback_url", "", "a.example"}));
  EXPECT_THAT(leads_of(DomainRecord{.root_url = "https://a.example/about",
                                    .fallback_url = "https://b.example/"}),
              ElementsAre(Lead{"fallback_url", "", "b.example"}))
      << "the root may lead to a link";
  EXPECT_THAT(leads_of(DomainRecord{.root_url = "https://a.example?x=1"}),
              ElementsAre(Lead{"root_url", "", "a.example"}));
}

}  // namespace
}  // namespace waymark
