#include "tracker/cli/attribution_text.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

TEST(AttributionText, SaysWhoIsCreditedAndWhyOthersAreNot) {
  EXPECT_EQ(attribution_page(boost::json::parse(
                R"({"method":"click_id","state":"final","model":"last","referrer":"rfr_anna",
      "campaign":"camp_spring","code":"anna7","window_days":60,"evidence":[
        {"source":"click_id","click":"c2","clicked_at":"2026-01-02","referrer":"rfr_anna",
         "reason":"won","detail":"This click is credited."},
        {"source":"token","click":null,"clicked_at":null,"referrer":null,"reason":"forged",
         "detail":"It was not signed."}]})")),
            "rfr_anna is credited, by click_id (last touch): campaign camp_spring, code anna7, "
            "window 60 days.\n"
            "  click_id  c2  2026-01-02  rfr_anna  won: This click is credited.\n"
            "  token     -  -  -  forged: It was not signed.");
}

TEST(AttributionText, SaysWhenNobodyIs) {
  EXPECT_EQ(attribution_page(boost::json::parse(R"({"method":"organic","state":"final"})")),
            "Nobody is credited.");
  EXPECT_EQ(
      attribution_page(boost::json::parse(R"({"method":"organic","state":"awaiting_click"})")),
      "Nobody is credited yet: the click is on its way to the store.");
}

}  // namespace
}  // namespace waymark::cli
