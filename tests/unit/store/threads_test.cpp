// The two threads in front of a store.
#include "tests/unit/store/store_fixture.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace waymark::tracker {
namespace {

struct StoreThreads : StoreTest {};

TEST_F(StoreThreads, TheThreadsAnswerOnTheCallersContext) {
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

TEST_F(StoreThreads, TheApiGoesFirstAndQueuesAreBounded) {
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
