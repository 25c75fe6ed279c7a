// The clicks of one visitor, found by the index over those who came back.
#include "tests/unit/store/store_fixture.hpp"

#include <optional>

namespace waymark::tracker {
namespace {

struct StoreVisitorClicks : StoreTest {
  // The n-th click, of visitor v, who was last seen with click `previous`.
  void click(std::uint64_t n, std::uint64_t v, std::optional<std::uint64_t> previous = {}) {
    Click click = click_of(n);
    click.visitor = id_of(1'000'000 + v);
    if (previous) click.previous = id_of(*previous);
    commit_clicks(click);
  }
  std::string of(std::uint64_t v, std::size_t limit = 10) {
    std::string text;
    for (const ClickRow& row : store->clicks_of_visitor(id_of(1'000'000 + v), limit).value()) {
      text += static_cast<char>('0' + (row.unix_ms - noon_ms));
    }
    return text;
  }
};

TEST_F(StoreVisitorClicks, NewestFirstWithTheOneTheyCameBackFrom) {
  click(1, 1);
  click(2, 2);
  click(3, 1, 1);
  click(4, 3);
  click(5, 1, 3);
  EXPECT_EQ(of(1), "531");
  EXPECT_EQ(of(1, 2), "53");
  EXPECT_EQ(of(2), "") << "came once";
  EXPECT_EQ(of(9), "");
}

TEST_F(StoreVisitorClicks, TheFirstMayBeOnItsWayStill) {
  click(3, 1, 1);
  EXPECT_EQ(of(1), "3");
  click(1, 1);
  EXPECT_EQ(of(1), "31");
}

}  // namespace
}  // namespace waymark::tracker
