// The limit on unknown codes of one address: full, spent, filling again, forgotten.
#include "redirect/links/address_budget.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect::test {
namespace {

const std::string anna{"\xcb\x00\x71\x07", 4};
const std::string bert{"\xcb\x00\x71\x08", 4};
constexpr std::uint64_t start_ms = 1'000'000;

std::string ipv6(std::string_view network, std::string_view host) {
  return std::string{network}.append(8 - network.size(), '\0') + std::string{host} +
         std::string(8 - host.size(), '\0');
}

AddressBudget two_a_second(std::size_t addresses_max = 1'024) {
  return AddressBudget{{.rate = 2, .burst = 5, .addresses_max = addresses_max, .seed = 7}};
}

void charge(AddressBudget& budget, const std::string& address, int times, std::uint64_t now_ms) {
  for (int i = 0; i < times; ++i) budget.charge(address, now_ms);
}

TEST(AddressBudget, IsSpentAfterTheBurstAndFillsAgain) {
  AddressBudget budget = two_a_second();
  charge(budget, anna, 4, start_ms);
  EXPECT_FALSE(budget.is_spent(anna, start_ms));
  charge(budget, anna, 1, start_ms);
  EXPECT_TRUE(budget.is_spent(anna, start_ms));
  EXPECT_FALSE(budget.is_spent(bert, start_ms)) << "another address has its own";
  EXPECT_TRUE(budget.is_spent(anna, start_ms + 499));
  EXPECT_FALSE(budget.is_spent(anna, start_ms + 500)) << "one token is back";
  charge(budget, anna, 1, start_ms + 500);
  EXPECT_TRUE(budget.is_spent(anna, start_ms + 500));
}

TEST(AddressBudget, AFullBucketGrowsNoFurther) {
  AddressBudget budget = two_a_second();
  charge(budget, anna, 1, start_ms);
  const std::uint64_t later = start_ms + 3'600'000;
  charge(budget, anna, 5, later);
  EXPECT_TRUE(budget.is_spent(anna, later));
}

// Lookups under way are not known to be unknown yet: an address with many connections gets more of
// them at once than its bucket holds, and has to wait for that.
TEST(AddressBudget, DebtIsPaidBackButNotForEver) {
  AddressBudget budget = two_a_second();
  charge(budget, anna, 25, start_ms);
  EXPECT_TRUE(budget.is_spent(anna, start_ms + 10'400));
  EXPECT_FALSE(budget.is_spent(anna, start_ms + 10'500));
  charge(budget, anna, 10'000, start_ms);
  EXPECT_TRUE(budget.is_spent(anna, start_ms + 60'000));
  EXPECT_FALSE(budget.is_spent(anna, start_ms + 60'500));
}

TEST(AddressBudget, AnIpv6CustomerIsOneWhateverItsAddresses) {
  AddressBudget budget = two_a_second();
  const std::string network = "\x20\x01\x0d\xb8\x01";
  for (char host = 1; host <= 5; ++host) {
    budget.charge(ipv6(network, std::string(1, host)), start_ms);
  }
  EXPECT_TRUE(budget.is_spent(ipv6(network, "z"), start_ms));
  EXPECT_FALSE(budget.is_spent(ipv6("\x20\x01\x0d\xb8\x02", "z"), start_ms));
}

TEST(AddressBudget, WithoutAnAddressOrARateThereIsNoLimit) {
  AddressBudget budget = two_a_second();
  charge(budget, "", 100, start_ms);
  EXPECT_FALSE(budget.is_spent("", start_ms));
  AddressBudget off{{.rate = 0}};
  charge(off, anna, 100, start_ms);
  EXPECT_FALSE(off.is_spent(anna, start_ms));
}

TEST(AddressBudget, TheFullestBucketMakesRoom) {
  AddressBudget budget = two_a_second(AddressBudget::ways);  // one set
  const auto address = [](char last) { return std::string{"\x0a\x00\x00", 3} + last; };
  charge(budget, address(0), 5, start_ms);
  charge(budget, address(1), 1, start_ms);
  charge(budget, address(2), 5, start_ms);
  charge(budget, address(3), 5, start_ms);
  charge(budget, address(4), 1, start_ms);
  EXPECT_EQ(budget.forgotten(), 1U);
  for (const char spent : {'\0', '\2', '\3'})
    EXPECT_TRUE(budget.is_spent(address(spent), start_ms));
  charge(budget, address(1), 4, start_ms);
  EXPECT_FALSE(budget.is_spent(address(1), start_ms)) << "the one forgotten started afresh";
}

TEST(AddressBudget, AMillionAddressesCannotSetSomebodyElseBack) {
  AddressBudget budget = two_a_second(1'024);
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    const char bytes[] = {10, static_cast<char>(i >> 16U), static_cast<char>(i >> 8U),
                          static_cast<char>(i)};
    budget.charge({bytes, sizeof bytes}, start_ms);
  }
  EXPECT_GT(budget.forgotten(), 900'000U);
  EXPECT_FALSE(budget.is_spent(anna, start_ms));
}

}  // namespace
}  // namespace waymark::redirect::test
