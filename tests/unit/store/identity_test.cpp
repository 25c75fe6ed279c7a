// What every store does when it is opened: its words stay, a newer one is refused, readers only read.
#include "tests/unit/store/store_fixture.hpp"

#include <string>

namespace waymark::tracker {
namespace {

struct StoreIdentity : StoreTest {};

TEST_F(StoreIdentity, IdAndGenerationStay) {
  const std::string id = store->id().value();
  const std::string generation = store->generation().value();
  EXPECT_EQ(id.size(), 16U);
  EXPECT_NE(id, generation);
  open();
  EXPECT_EQ(store->id().value(), id);
  EXPECT_EQ(store->generation().value(), generation);
  const std::string renewed = store->renew_generation().value();
  EXPECT_NE(renewed, generation);
  open();
  EXPECT_EQ(store->generation().value(), renewed);
  EXPECT_EQ(store->id().value(), id);
}

TEST_F(StoreIdentity, ANewerStoreIsRefused) {
  store.reset();
  place.execute("INSERT INTO schema_migrations VALUES (999, '2026-01-01')");
  std::string message;
  try {
    open();
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::config);
    message = error.what();
  }
  EXPECT_NE(message.find("999"), std::string::npos) << message;
  EXPECT_NE(message.find("newer"), std::string::npos) << message;
}

TEST_F(StoreIdentity, ReadersSeeWhatIsCommittedAndCannotWrite) {
  const auto reader = open_store(url(), StoreAccess::read);
  commit_clicks(click_of(1));
  EXPECT_TRUE(reader->click(id_of(1)));
  EXPECT_FALSE(reader->renew_generation());
}

}  // namespace
}  // namespace waymark::tracker
