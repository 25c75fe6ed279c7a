// Locks that end with their process.
#include "tracker/leases/process_lock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace waymark::tracker {
namespace {

std::string name_of(int number) {
  return fmt::format("waymark-test/{}/{}", ::getpid(), number);
}

TEST(ProcessLockTest, IsHeldOnceAndFreeAfterwards) {
  {
    const auto lock = ProcessLock::take(name_of(0));
    ASSERT_TRUE(lock);
    EXPECT_EQ(ProcessLock::take(name_of(0)).error(), make_error_code(Errc::conflict));
    EXPECT_TRUE(ProcessLock::take(name_of(1))) << "another name";
  }
  EXPECT_TRUE(ProcessLock::take(name_of(0)));
}

TEST(ProcessLockTest, EndsWithAProcessThatIsKilled) {
  const std::string name = name_of(2);
  std::array<int, 2> taken{};
  ASSERT_EQ(::pipe(taken.data()), 0);
  const ::pid_t child = ::fork();
  if (child == 0) {
    const auto lock = ProcessLock::take(name);
    const char said = lock ? 'y' : 'n';
    if (::write(taken[1], &said, 1) == 1) ::pause();
    ::_exit(1);
  }
  char said = '?';
  ASSERT_EQ(::read(taken[0], &said, 1), 1);
  EXPECT_EQ(said, 'y');
  EXPECT_FALSE(ProcessLock::take(name));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(ProcessLock::take(name));
  ::close(taken[0]);
  ::close(taken[1]);
}

TEST(ProcessLockTest, AnOverlongNameIsRefused) {
  const auto lock = ProcessLock::take(std::string(200, 'x'));
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error(), make_error_code(Errc::conflict));
}

TEST(ProcessLockTest, ItsScopeIsTheSameForTheWholeMachine) {
  EXPECT_EQ(ProcessLock::scope(), ProcessLock::scope());
  EXPECT_FALSE(ProcessLock::scope().empty());
}

}  // namespace
}  // namespace waymark::tracker
