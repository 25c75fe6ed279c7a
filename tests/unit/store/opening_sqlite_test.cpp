// Opening and refusing files of SQLite.
#include "tests/unit/store/store_fixture.hpp"
#include "tracker/store/sqlite/open_database.hpp"

#include <sqlite3.h>

#include <fstream>
#include <string>

namespace waymark::tracker {
namespace {

struct StoreOpening : StoreTest {
  // The message with which opening fails, and its exit code.
  static std::string refusal(const std::string& url, int code) {
    try {
      open_store(url, StoreAccess::write);
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), code);
      return error.what();
    }
    ADD_FAILURE() << url << " was opened";
    return {};
  }
};

TEST_F(StoreOpening, ASecondTrackerIsRefused) {
  const std::string message = refusal(url(), exit_code::temporary);
  EXPECT_NE(message.find(file()), std::string::npos) << message;
  EXPECT_NE(message.find("another waymark-tracker"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST_F(StoreOpening, WhatIsNoStoreIsRefused) {
  const std::string text = file() + ".text";
  std::ofstream{text} << std::string(8192, 'x');
  EXPECT_NE(refusal("sqlite:" + text, exit_code::config).find(text), std::string::npos);
  EXPECT_NE(refusal("sqlite:/nonexistent-folder/x.db", exit_code::config).find("folder"),
            std::string::npos);
  EXPECT_NE(refusal("mysql:x", exit_code::config).find("sqlite:PATH"), std::string::npos);
}

TEST_F(StoreOpening, CommitsAreDurable) {
  // What the promise of rule 9 rests on.
  // synchronous belongs to the connection: asked is one made as the store makes its own.
  auto database = sqlite::open_database(file(), StoreAccess::write);
  auto mode = database.query("PRAGMA journal_mode");
  ASSERT_TRUE(mode.next());
  EXPECT_EQ(mode.text(0), "wal");
  auto synchronous = database.query("PRAGMA synchronous");
  ASSERT_TRUE(synchronous.next());
  EXPECT_EQ(synchronous.integer(0), 2) << "FULL";
}

TEST_F(StoreOpening, AFailureSaysWhatSqliteSaid) {
  EXPECT_EQ(store->failure(), "");
  place.execute("DROP TABLE drain_counts");
  Batch batch;
  batch.add(click_of(1));
  EXPECT_FALSE(store->commit_batch(batch, noon_ms));
  EXPECT_NE(store->failure().find(file()), std::string::npos) << store->failure();
  EXPECT_NE(store->failure().find("no such table: drain_counts"), std::string::npos);
}

TEST_F(StoreOpening, AFailureNamesTheRemedy) {
  const auto text = [](int code) { return describe(sqlite::SqliteError{code, "words"}, "/a.db"); };
  EXPECT_EQ(text(SQLITE_FULL), "store /a.db: words; make room on its disk");
  EXPECT_NE(text(SQLITE_BUSY).find("holds a lock"), std::string::npos);
  EXPECT_NE(text(SQLITE_READONLY).find("right to write"), std::string::npos);
}

// The lock of the file was free: the process that held the lease has ended.
TEST_F(StoreOpening, FreesTheLeasesOfTheOneBefore) {
  ASSERT_TRUE(store->hold_lease("folding", "a", std::chrono::hours{1}).value());
  open();
  EXPECT_TRUE(store->hold_lease("folding", "b", std::chrono::hours{1}).value());
}

}  // namespace
}  // namespace waymark::tracker
