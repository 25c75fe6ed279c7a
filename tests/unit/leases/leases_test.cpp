// Several trackers (of one process, over one store) and who gets what.
#include "tracker/leases/leases.hpp"

#include "tests/support/temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>

namespace waymark::tracker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct LeasesTest : testing::Test {
  ~LeasesTest() override { io.stop(); }

  std::unique_ptr<Leases> make(const std::string& host = "web1") {
    return std::make_unique<Leases>(
        io, LeaseOptions{.host = host, .wanted = {"folding"}, .life = life, .renew_every = 5ms},
        store, log);
  }
  // Runs the loop until it holds; how long that takes is no part of the test.
  template <class Condition>
  void run_until(const std::string& what, Condition holds) {
    for (int i = 0; i < 2'000 && !holds(); ++i) io.run_for(10ms);
    EXPECT_TRUE(holds()) << "never: " << what;
  }
  void start(Leases& leases) {
    asio::co_spawn(io, leases.run(), [this](const std::exception_ptr&) { ++ended; });
  }
  void end(Leases& leases) {
    const int before = ended;
    leases.stop();
    run_until("ended", [&] { return ended > before; });
  }
  template <class Value>
  auto run(asio::awaitable<Result<Value>> task) {
    auto result = asio::co_spawn(io, std::move(task), asio::use_future);
    while (result.wait_for(0ms) != std::future_status::ready) io.run_for(1ms);
    return result.get().value();
  }
  std::vector<LeaseRow> rows() {
    return run(store.read([](Store& s) { return s.leases(); }));
  }
  // As another machine would.
  bool hold_as(const std::string& holder, const std::string& lease,
               std::chrono::milliseconds time) {
    return run(store.lease([&](Store& s) { return s.hold_lease(lease, holder, time); }));
  }

  test::TemporaryFolder folder;
  Log log{"test", LogLevel::error, LogFormat::text};
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  StoreThread store{"sqlite:" + (folder.path() / "store.db").string()};
  std::chrono::milliseconds life{1h};
  int ended = 0;
};

TEST_F(LeasesTest, TrackersOfOneMachineHaveSlotsOfTheirOwnAndShareTheWork) {
  const auto first = make();
  start(*first);
  run_until("first", [&] { return first->lease("folding").held(); });
  const auto second = make();
  start(*second);
  run_until("second", [&] { return second->slot().held(); });
  EXPECT_EQ(first->tracker(), "web1-0");
  EXPECT_EQ(second->tracker(), "web1-1");
  EXPECT_FALSE(second->lease("folding").held());

  end(*first);
  EXPECT_FALSE(first->slot().held());
  run_until("handed over", [&] { return second->lease("folding").held(); });
  end(*second);
  EXPECT_TRUE(rows().empty()) << "an orderly end releases everything";
}

TEST_F(LeasesTest, WhoIsStartedAgainHasSlotAndWorkBackAtOnce) {
  {
    asio::io_context dying{1};
    Leases killed{
        dying, {.host = "web1", .wanted = {"folding"}, .life = 1h, .renew_every = 1h}, store, log};
    asio::co_spawn(dying, killed.run(), asio::detached);
    while (!killed.lease("folding").held()) dying.run_for(10ms);
  }
  ASSERT_EQ(rows().size(), 2U) << "it released nothing, and the rows stay for an hour";
  const auto leases = make();
  start(*leases);
  run_until("held", [&] { return leases->lease("folding").held(); });
  EXPECT_EQ(leases->tracker(), "web1-0");
  end(*leases);
}

TEST_F(LeasesTest, WhatIsNotWantedIsNeverHeld) {
  const auto leases = make();
  start(*leases);
  run_until("held", [&] { return leases->lease("folding").held(); });
  EXPECT_FALSE(leases->lease("mirror").held());
  EXPECT_EQ(rows().size(), 2U);
  end(*leases);
}

TEST_F(LeasesTest, ASlotOfAnotherMachineOfTheSameNameIsLeftAlone) {
  ASSERT_TRUE(hold_as("web1-0@elsewhere", "tracker:web1-0", 1h));
  const auto leases = make();
  start(*leases);
  run_until("held", [&] { return leases->slot().held(); });
  EXPECT_EQ(leases->tracker(), "web1-1");
  end(*leases);
}

TEST_F(LeasesTest, WhoLostItsNameWhileItStoodStillTakesAnotherSlot) {
  life = 0ms;  // as if each renewal came too late
  const auto leases = make();
  start(*leases);
  run_until("a row", [&] { return !rows().empty(); });
  ASSERT_TRUE(hold_as("web1-0@elsewhere", "tracker:web1-0", 1h));
  run_until("another slot", [&] { return leases->tracker() == "web1-1"; });
  EXPECT_EQ(leases->slot().name(), "tracker:web1-1");
  end(*leases);
}

TEST_F(LeasesTest, AnEndedTrackersLeaseIsBorrowedByOne) {
  const auto first = make();
  const auto second = make();
  start(*first);
  run_until("first", [&] { return first->slot().held(); });
  start(*second);
  run_until("second", [&] { return second->slot().held(); });
  EXPECT_TRUE(run(first->borrow("tracker:gone-0")));
  EXPECT_FALSE(run(second->borrow("tracker:gone-0")));
  run(first->give_back("tracker:gone-0"));
  EXPECT_TRUE(run(second->borrow("tracker:gone-0")));
  end(*first);
  end(*second);
}

TEST(LeaseNames, TellTrackersFromWork) {
  EXPECT_EQ(lease_names::tracker("web1-0"), "tracker:web1-0");
  EXPECT_EQ(lease_names::tracker_of("tracker:web1-0"), "web1-0");
  EXPECT_EQ(lease_names::tracker_of("folding"), "");
}

}  // namespace
}  // namespace waymark::tracker
