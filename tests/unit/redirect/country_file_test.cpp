#include "redirect/geo/country_file.hpp"

#include "common/error.hpp"
#include "tests/support/country_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace waymark::redirect::test {
namespace {

using waymark::test::country_file;
using waymark::test::TemporaryFolder;

constexpr std::array<char, 4> in_germany{127, 0, 0, 1};
constexpr std::array<char, 4> nowhere{9, 9, 9, 9};

class CountryFileTest : public testing::Test {
 protected:
  void write(const std::string& bytes) { std::ofstream{file, std::ios::binary} << bytes; }

  TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "country.mmdb";
};

TEST_F(CountryFileTest, FindsCountries) {
  write(country_file({{"01111111", "DE"}, {"110010110000000001110001", "FR"}}));
  const auto countries = CountryFile::load(file);
  EXPECT_EQ(countries->find(in_germany).text(), "DE");
  EXPECT_EQ(countries->find(std::array<char, 4>{'\xcb', 0, 113, 7}).text(), "FR");
  EXPECT_EQ(countries->find(nowhere).text(), "");
  EXPECT_EQ(countries->find(std::array<char, 16>{}).text(), "");
  EXPECT_EQ(countries->find({}).text(), "");
  EXPECT_EQ(countries->built_at(), 1'767'225'600U);
}

TEST_F(CountryFileTest, SurvivesWhatBecomesOfTheFile) {
  write(country_file({{"01111111", "DE"}}));
  const auto countries = CountryFile::load(file);
  std::filesystem::resize_file(file, 0);
  EXPECT_EQ(countries->find(in_germany).text(), "DE");
}

TEST_F(CountryFileTest, SaysWhatIsWrongWithAFile) {
  EXPECT_THROW(CountryFile::load(file), StartupError) << "missing";
  const std::string whole = country_file({{"01111111", "DE"}});
  for (const std::size_t size : {0UL, 1UL, whole.size() / 2, whole.size() - 40}) {
    write(whole.substr(0, size));
    EXPECT_THROW(CountryFile::load(file), StartupError) << size;
  }
}

// A file of another kind: the tree is sound, and no country in it.
TEST_F(CountryFileTest, RefusesAFileThatNamesNoCountries) {
  write(country_file({{"01111111", ""}, {"110010110000000001110001", "Telecom"}}));
  try {
    CountryFile::load(file);
    FAIL();
  } catch (const StartupError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no network in it has a country.iso_code (its "
                                                 "kind is 'Test-Country')"));
  }
}

// Whatever is in a file, lookups end and stay inside it.
TEST_F(CountryFileTest, StandsDamage) {
  const std::string whole = country_file({{"01111111", "DE"}, {"1100", "FR"}});
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    write(damaged);
    try {
      const auto countries = CountryFile::load(file);
      EXPECT_LE(countries->find(in_germany).text().size(), 2U);
    } catch (const StartupError&) {
      continue;
    }
  }
}

}  // namespace
}  // namespace waymark::redirect::test
