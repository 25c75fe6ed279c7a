// Connecting to PostgreSQL, losing it and finding it again.
#include "tests/unit/store/postgres_place.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <string>
#include <thread>
#include <vector>

namespace waymark::tracker {
namespace {

struct PostgresOpening : StoreTest {
  static std::string refusal(const std::string& url, int code) {
    try {
      open_store(url, StoreAccess::write);
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), code) << error.what();
      return error.what();
    }
    ADD_FAILURE() << url << " was opened";
    return {};
  }
};

TEST_F(PostgresOpening, AServerThatIsAwayIsNamedWithoutItsPassword) {
  const std::string message =
      refusal("postgresql://anna:secret@127.0.0.1:1/clicks", exit_code::unavailable);
  EXPECT_NE(message.find("anna:***@127.0.0.1:1/clicks"), std::string::npos) << message;
  EXPECT_EQ(message.find("secret"), std::string::npos);
  EXPECT_NE(message.find("check that the server runs"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << "one line";
}

TEST_F(PostgresOpening, ADatabaseInAnotherEncodingIsRefused) {
  auto& server = postgres_server();
  server.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  std::string url = server.url();
  url.replace(url.find("/postgres?"), 10, "/latin?");
  EXPECT_NE(refusal(url, exit_code::config).find("LATIN1"), std::string::npos);
}

TEST_F(PostgresOpening, TrackersThatStartAtOnceMakeOneSchema) {
  const StorePlace fresh;
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&] { EXPECT_NO_THROW(open_store(fresh.url(), StoreAccess::write)); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(open_store(fresh.url(), StoreAccess::read)->id());
}

TEST_F(PostgresOpening, CommitsAreDurableWhateverTheServersDefault) {
  place.execute("ALTER DATABASE postgres SET synchronous_commit = off");
  open();
  commit_clicks(click_of(1));
  // Asked on a connection that is made as the store makes its own.
  const auto made = store->atomically([]() -> Result<void> { return {}; });
  EXPECT_TRUE(made);
  postgres_server().execute(
      "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE false) THEN RAISE 'x'; END IF;"
      " END $$");
  place.execute("ALTER DATABASE postgres RESET synchronous_commit");
}

TEST_F(PostgresOpening, AKilledServerIsFoundAgainWithEverythingThatWasCommitted) {
  EXPECT_EQ(commit_clicks(click_of(1)).stored, 1U);
  postgres_server().kill();
  Batch batch;
  batch.add(click_of(1));
  batch.add(click_of(2));
  const auto away = store->commit_batch(batch, noon_ms);
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error(), make_error_code(Errc::store_unavailable));
  EXPECT_NE(store->failure().find("check that the server runs"), std::string::npos)
      << store->failure();
  postgres_server().restart();
  Result<BatchOutcome> back = Errc::store_unavailable;
  for (int attempt = 0; attempt < 100 && !back; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    back = store->commit_batch(batch, noon_ms);
  }
  ASSERT_TRUE(back) << store->failure();
  EXPECT_EQ(back->stored, 1U);
  EXPECT_EQ(back->duplicate, 1U);
}

TEST_F(PostgresOpening, ATransactionThatLostItsConnectionFailsAsAWhole) {
  const auto lost = store->atomically([&]() -> Result<void> {
    EXPECT_TRUE(store->renew_generation());
    postgres_server().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'waymark-tracker'");
    EXPECT_FALSE(store->renew_generation());
    EXPECT_FALSE(store->generation()) << "nothing runs outside the transaction meanwhile";
    return {};
  });
  EXPECT_FALSE(lost);
  EXPECT_TRUE(store->generation()) << store->failure();
}

TEST_F(PostgresOpening, TextThatPostgresRefusesIsStoredAllTheSame) {
  Click click = click_of(1);
  const std::string odd{"a\0b\xff", 4};
  click.user_agent = odd;
  click.code = odd;
  Batch batch;
  batch.add(click);
  batch.add_dead({.id = 0,
                  .at_ms = noon_ms,
                  .stream = "s",
                  .entry = "1-0",
                  .origin = odd,
                  .sequence = 0,
                  .reason = std::string{dead_reason::malformed_line},
                  .line = odd});
  EXPECT_EQ(commit(batch).stored, 1U);
  EXPECT_EQ(store->click(click.id)->user_agent, "a\xef\xbf\xbd"
                                                "b\xef\xbf\xbd");
  EXPECT_EQ(store->dead_letters("", 0, 10)->at(0).line, odd) << "as it was read";
}

}  // namespace
}  // namespace waymark::tracker
