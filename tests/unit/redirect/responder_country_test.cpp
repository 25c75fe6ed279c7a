// When the country of a visitor is looked up: only where somebody asks, and once.
#include "responder_fixture.hpp"
#include "tests/support/country_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fstream>

namespace waymark::redirect::test {
namespace {

class ResponderCountryTest : public ResponderTest {
 protected:
  ResponderCountryTest() {
    const auto file = folder.path() / "country.mmdb";
    std::ofstream{file, std::ios::binary} << waymark::test::country_file({{"01111111", "DE"}});
    countries = CountryFile::load(file);
    make(false);
  }

  void make(bool every_click) {
    ResponderOptions options;
    options.cache.bytes_max = 1'000'000;
    options.cache.absences_max = 1'024;
    options.country_of_every_click = every_click;
    responder = std::make_unique<Responder>(
        options, std::make_shared<const KeyRing>(test_keys()), *journal.writer,
        [](const LookupKey&, Asking) {}, counters);
    responder->set_countries(countries);
    responder->set_now({noon_ms, 1'000});
    know("plain", ruled(R"([{"when":{"os":["ios"]},"destination":"https://ios.example/"}])"));
    know("geo", ruled(R"([{"when":{"country":["DE"]},"destination":"https://de.example/"}])"));
    connection.peer = peer_of(*parse_address("127.0.0.1"));
  }

  bool leads_to(const std::string& target, std::string_view page) {
    respond_to(get(target));
    return header_of(answer, "Location").starts_with(page);
  }

  waymark::test::TemporaryFolder folder;
  std::shared_ptr<const CountryFile> countries;
};

TEST_F(ResponderCountryTest, NobodyAsksForALinkWithoutACountryRule) {
  EXPECT_TRUE(leads_to("/plain", "https://main.example/"));
  EXPECT_FALSE(connection.peer.country) << "not looked up";
  EXPECT_EQ(journalled().at(0).find("country"), std::string::npos);
}

TEST_F(ResponderCountryTest, ARuleAsksAndTheConnectionRemembers) {
  EXPECT_TRUE(leads_to("/geo", "https://de.example/"));
  ASSERT_TRUE(connection.peer.country);
  EXPECT_NE(journalled().at(0).find(R"("country":"DE")"), std::string::npos);
  connection.peer.country->code = {'F', 'R'};
  EXPECT_TRUE(leads_to("/geo", "https://main.example/")) << "looked up once";
  EXPECT_TRUE(leads_to("/plain", "https://main.example/"));
  EXPECT_EQ(journalled().at(2).find("country"), std::string::npos) << "known, and not asked for";
}

TEST_F(ResponderCountryTest, TheSettingAsksForEveryClick) {
  make(true);
  EXPECT_TRUE(leads_to("/plain", "https://main.example/"));
  ASSERT_TRUE(connection.peer.country);
  EXPECT_NE(journalled().at(0).find(R"("country":"DE")"), std::string::npos);
}

TEST_F(ResponderCountryTest, WithoutAFileNoCountryIsKnown) {
  countries = nullptr;
  make(true);
  EXPECT_TRUE(leads_to("/geo", "https://main.example/"));
  EXPECT_FALSE(connection.peer.country);
}

}  // namespace
}  // namespace waymark::redirect::test
