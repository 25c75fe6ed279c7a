// The chaos plan's grammar, and what becomes of real processes: children of the test.
#include "common/error.hpp"
#include "loadtest/kit/chaos/chaos_runner.hpp"
#include "loadtest/kit/servers/processes.hpp"
#include "loadtest/kit/servers/server_sampler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string refusal(std::string_view text) {
  try {
    parse_chaos(text);
  } catch (const StartupError& error) {
    return error.what();
  }
  return {};
}

class Child {
 public:
  Child() : pid_(::fork()) {
    while (pid_ == 0) ::pause();
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::pid_t pid() const { return pid_; }
  char state() const {
    std::ifstream file{"/proc/" + std::to_string(pid_) + "/stat"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    return text.at(text.rfind(')') + 2);
  }
  bool comes_to(char wanted) const {
    const auto end = Clock::now() + 5s;
    while (state() != wanted && Clock::now() < end) std::this_thread::sleep_for(2ms);
    return state() == wanted;
  }

 private:
  ::pid_t pid_;
};

TEST(ChaosPlan, ReadsActionsInTheOrderOfTime) {
  const auto plan = parse_chaos("kill-edge@20s,redis-stall@500ms+2s");
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].target, "redis");
  EXPECT_EQ(plan[0].at, 500ms);
  EXPECT_EQ(plan[0].lasts, 2s);
  EXPECT_EQ(plan[1].kind, ChaosAction::Kind::kill);
  EXPECT_EQ(plan[1].target, "edge");
}

TEST(ChaosPlan, RefusalsNameThePart) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal("redis-stall@10s"), HasSubstr("say for how long"));
  EXPECT_THAT(refusal("kill-edge@1s,nap-edge@2s"), HasSubstr("'nap-edge@2s'"));
  EXPECT_THAT(refusal("kill-edge@1s+2s"), HasSubstr("leave out the '+'"));
  EXPECT_THAT(refusal("kill-edge"), HasSubstr("WHAT@WHEN"));
  EXPECT_THAT(refusal("kill-edge@soon"), HasSubstr("'soon' is no time"));
  EXPECT_THAT(refusal(""), HasSubstr("WHAT@WHEN"));
  EXPECT_THAT(refusal("a-stall@1s+2s,a-stall@2s+1s"), HasSubstr("falls into"));
}

TEST(ChaosRunner, StopsAProcessAndLetsItGoOn) {
  const Child child;
  ChaosRunner runner{parse_chaos("redis-stall@50ms+200ms"), {{"redis", child.pid()}}, 1s};
  runner.start(Clock::now());
  EXPECT_TRUE(child.comes_to('T'));
  EXPECT_TRUE(child.comes_to('S'));
  const auto events = runner.finish();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_NEAR(events[0].until - events[0].at, 0.2, 0.1);
}

TEST(ChaosRunner, WhatIsStoppedGoesOnWhenTheRunEndsBefore) {
  const Child child;
  ChaosRunner runner{parse_chaos("redis-stall@1ms+50s"), {{"redis", child.pid()}}, 60s};
  runner.start(Clock::now());
  EXPECT_TRUE(child.comes_to('T'));
  runner.finish();
  EXPECT_TRUE(child.comes_to('S'));
}

TEST(ChaosRunner, Kills) {
  const Child child;
  ChaosRunner runner{parse_chaos("kill-edge@1ms"), {{"edge", child.pid()}}, 1s};
  runner.start(Clock::now());
  EXPECT_TRUE(child.comes_to('Z'));
}

TEST(ChaosRunner, RefusesWhatIsNotOursToTouch) {
  const auto start = [](std::string_view plan, Server server, std::chrono::seconds run) {
    const ChaosRunner runner{parse_chaos(plan), {std::move(server)}, run};
  };
  EXPECT_THROW(start("kill-edge@1s", {"edge", 1}, 10s), StartupError);
  EXPECT_THROW(start("kill-edge@1s", {"edge", ::getpid()}, 10s), StartupError);
  const Child child;
  EXPECT_THROW(start("kill-redis@1s", {"edge", child.pid()}, 10s), StartupError);
  EXPECT_THROW(start("kill-edge@11s", {"edge", child.pid()}, 10s), StartupError);
}

TEST(StallGuard, LetsGoOnWhatAKilledProgramHasStopped) {
  const Child child;
  const auto program = ::fork();
  if (program == 0) {
    StallGuard guard;
    if (guard.stopping(child.pid())) ::kill(child.pid(), SIGSTOP);
    for (;;) ::pause();
  }
  EXPECT_TRUE(child.comes_to('T'));
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  EXPECT_TRUE(child.comes_to('S'));
}

TEST(ServerSampler, ReadsCpuAndMemory) {
  const auto start = Clock::now();
  ServerSampler sampler{{{"self", ::getpid()}}, start};
  while (Clock::now() < start + 200ms) {
  }
  const auto servers = sampler.finish(1'000);
  ASSERT_EQ(servers.size(), 1U);
  // A busy machine gives less than a core.
  EXPECT_GT(servers[0].cpu_seconds, 0.02);
  EXPECT_LT(servers[0].cpu_seconds, 0.5);
  EXPECT_NEAR(servers[0].cpu_us_per_request, servers[0].cpu_seconds * 1'000, 1e-6);
  ASSERT_EQ(servers[0].samples.size(), 1U);
  EXPECT_GT(servers[0].samples[0].rss_bytes, 1'000'000U);
  EXPECT_GT(servers[0].samples[0].rss_bytes, servers[0].samples[0].anon_bytes);
}

// A listener of IPv4 or IPv6 on a port that the kernel chooses.
class Listening {
 public:
  explicit Listening(int family) : socket_(::socket(family, SOCK_STREAM, 0)) {
    ::listen(socket_, 1);
    sockaddr_in6 address{};  // begins as sockaddr_in does
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin6_port);
  }
  ~Listening() { ::close(socket_); }
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

TEST(ListenerOn, FindsWhoListens) {
  for (const int family : {AF_INET, AF_INET6}) {
    std::uint16_t port = 0;
    {
      const Listening listening{family};
      port = listening.port();
      EXPECT_EQ(listener_on(port), ::getpid());
      EXPECT_EQ(listener_on(port, ::getpid()), ::getpid());
    }
    EXPECT_EQ(listener_on(port, ::getpid()), std::nullopt);
  }
}

TEST(Server, IsReadFromText) {
  EXPECT_EQ(parse_server("edge=4711").pid, 4711);
  EXPECT_EQ(parse_server("edge=:8080").port, 8080);
  for (const auto* text : {"edge", "=1", "edge=", "edge=x", "edge=:99999", "edge=0"}) {
    EXPECT_THROW(parse_server(text), StartupError) << text;
  }
}

}  // namespace
}  // namespace waymark::loadtest
