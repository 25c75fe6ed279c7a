// Making, opening and refusing stores; the two threads in front of them.
#include "tests/unit/store/store_fixture.hpp"
#include "tracker/store/sqlite/open_database.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <sqlite3.h>

#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
  void execute(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
};

TEST_F(StoreOpening, IdAndGenerationStay) {
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

TEST_F(StoreOpening, ASecondTrackerIsRefused) {
  const std::string message = refusal(url(), exit_code::temporary);
  EXPECT_NE(message.find(file()), std::string::npos) << message;
  EXPECT_NE(message.find("another waymark-tracker"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST_F(StoreOpening, ANewerStoreIsRefused) {
  store.reset();
  execute("INSERT INTO schema_migrations VALUES (999, 'then')");
  const std::string message = refusal(url(), exit_code::config);
  EXPECT_NE(message.find("999"), std::string::npos) << message;
  EXPECT_NE(message.find("newer"), std::string::npos) << message;
}

TEST_F(StoreOpening, WhatIsNoStoreIsRefused) {
  const std::string text = (folder.path() / "text.db").string();
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
  execute("DROP TABLE drain_counts");
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

TEST_F(StoreOpening, ReadersSeeWhatIsCommittedAndCannotWrite) {
  const auto reader = open_store(url(), StoreAccess::read);
  commit_clicks(click_of(1));
  EXPECT_TRUE(reader->click(id_of(1)));
  EXPECT_FALSE(reader->renew_generation());
}

TEST_F(StoreOpening, TheThreadsAnswerOnTheCallersContext) {
  store.reset();
  StoreThread threads{url()};
  boost::asio::io_context io;
  bool done = false;
  boost::asio::co_spawn(
      io,
      [&]() -> boost::asio::awaitable<void> {
        const auto here = std::this_thread::get_id();
        const auto there =
            co_await threads.run(Priority::drain, [](Store& s) -> Result<std::thread::id> {
              Batch batch;
              batch.add(click_of(1));
              EXPECT_TRUE(s.commit_batch(batch, noon_ms));
              return std::this_thread::get_id();
            });
        EXPECT_NE(there.value(), here);
        EXPECT_EQ(std::this_thread::get_id(), here);
        const auto click = co_await threads.read([](Store& s) { return s.click(id_of(1)); });
        EXPECT_TRUE(click);
        done = true;
      },
      boost::asio::detached);
  io.run();
  EXPECT_TRUE(done);
}

// Holds the worker until the test lets it go.
class Gate final : public StoreJob {
 public:
  explicit Gate(std::mutex& mutex) : mutex_(mutex) {}
  void run(Store&) override { const std::lock_guard wait(mutex_); }
  void refuse(Errc) override {}

 private:
  std::mutex& mutex_;
};

class Note final : public StoreJob {
 public:
  Note(std::vector<std::string>& notes, std::string name) : notes_(notes), name_(std::move(name)) {}
  void run(Store&) override { notes_.push_back(name_); }
  void refuse(Errc reason) override {
    notes_.push_back(name_ + (reason == Errc::store_busy ? " busy" : " ended"));
  }

 private:
  std::vector<std::string>& notes_;
  std::string name_;
};

TEST_F(StoreOpening, TheApiGoesFirstAndQueuesAreBounded) {
  std::mutex gate;
  std::vector<std::string> notes;
  {
    StoreWorker worker{std::move(store)};
    gate.lock();
    worker.submit(Priority::api, std::make_unique<Gate>(gate));
    while (worker.waiting() > 0) std::this_thread::yield();
    worker.submit(Priority::drain, std::make_unique<Note>(notes, "drain"));
    worker.submit(Priority::api, std::make_unique<Note>(notes, "api"));
    for (std::size_t n = 1; n < StoreWorker::waiting_max; ++n) {
      worker.submit(Priority::drain, std::make_unique<Gate>(gate));
    }
    worker.submit(Priority::drain, std::make_unique<Note>(notes, "one too many"));
    EXPECT_EQ(notes, (std::vector<std::string>{"one too many busy"}));
    gate.unlock();
    while (worker.waiting() > 0) std::this_thread::yield();
  }
  EXPECT_EQ(notes, (std::vector<std::string>{"one too many busy", "api", "drain"}));
}

}  // namespace
}  // namespace waymark::tracker
