// What is told to an edge that asks for a link, and what is not when the store fails.
#include "tracker/program/wanted_records.hpp"

#include "tests/unit/store/store_fixture.hpp"

#include <string>
#include <vector>

namespace waymark::tracker {
namespace {

struct WantedRecords : StoreTest {
  Result<std::vector<WantedRecord>> wanted() {
    return wanted_records(*store, {{"go.example", "anna7"}});
  }
};

TEST_F(WantedRecords, NameEveryRecordOfTheAnswerAlsoThoseThatDoNotExist) {
  LinkRow link;
  link.id = "lnk_1";
  link.host = "*";
  link.code = "anna7";
  link.record.destination = "https://shop.example/";
  link.record.campaign = "camp_1";
  ASSERT_TRUE(store->insert_link(link));
  std::vector<std::string> keys;
  for (const WantedRecord& record : wanted().value()) {
    keys.push_back(record.key + (record.fields.empty() ? " absent" : ""));
  }
  EXPECT_EQ(keys,
            (std::vector<std::string>{"wm:link:go.example/anna7 absent", "wm:link:*/anna7",
                                      "wm:campaign:camp_1 absent", "wm:domain:go.example absent"}));
}

// It would be told for half a minute that a code which leads on does not exist.
TEST_F(WantedRecords, AStoreThatCannotSayWhetherACodeIsAFormerOneFails) {
  place.execute("DROP TABLE aliases");
  EXPECT_FALSE(wanted());
}

}  // namespace
}  // namespace waymark::tracker
