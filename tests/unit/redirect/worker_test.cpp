// A thread of the edge that runs out of memory: one visitor pays, the others are served.
#include "redirect/server/worker.hpp"

#include "tests/unit/journal/journal_fixture.hpp"
#include "tests/unit/redirect/allocations.hpp"
#include "tests/unit/redirect/visit.hpp"

#include <arpa/inet.h>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <limits>
#include <memory>
#include <string>

namespace waymark::redirect::test {
namespace {

using namespace std::chrono_literals;

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool send(const std::string& bytes) {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
  }
  // What has come by the next look; empty when the connection has ended.
  std::string receive() {
    std::string bytes(4'096, '\0');
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }

 private:
  int fd_;
};

// Neither Redis nor the journal is asked about it.
const std::string no_code = "GET /! HTTP/1.1\r\nHost: go.example\r\n\r\n";

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    WorkerOptions options;
    options.address_limit = &address_limit;
    options.connection_limit = &connection_limit;
    worker = std::make_unique<Worker>(
        listeners.take(0), options, std::make_shared<const KeyRing>(test_keys()), *journal.writer,
        [](const LookupKey&, Asking) {}, [] { return false; }, counters, log);
    ended = std::async(std::launch::async, [this] { worker->run(); });
  }
  ~WorkerTest() override {
    on_worker([this] { worker->stop(); });
    ended.wait();
  }

  // Waits for it.
  void on_worker(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::post(worker->io(), [&] {
      work();
      done.set_value();
    });
    if (done.get_future().wait_for(10s) != std::future_status::ready) std::abort();
  }
  // No more than so many bytes at once from now on.
  void limit_memory(std::size_t bytes_max) {
    on_worker([bytes_max] { limit_allocations(bytes_max); });
  }
  std::string answer_to(Client& client) {
    return client.send(no_code) ? client.receive().substr(0, 12) : "";
  }
  std::uint64_t count(Counter counter) { return counters.value(static_cast<std::size_t>(counter)); }

  JournalFixture journal;
  AddressLimit address_limit{0, 1};
  ConnectionLimit connection_limit{100, 1};
  MetricShard counters{static_cast<std::size_t>(Counter::count_)};
  Log log{"test", LogLevel::error, LogFormat::json};
  Listeners listeners{listen_specs({"127.0.0.1:0"}, {}, {}), 1};
  std::uint16_t port = listeners.specs().front().address.port;
  std::unique_ptr<Worker> worker;
  std::future<void> ended;
};

TEST_F(WorkerTest, AVisitorForWhomThereIsNoMemoryIsRefusedAndTheNextIsServed) {
  limit_memory(1'000);
  Client refused{port};
  EXPECT_EQ(answer_to(refused), "");
  EXPECT_EQ(count(Counter::connections_refused), 1U);
  limit_memory(std::numeric_limits<std::size_t>::max());
  Client served{port};
  EXPECT_EQ(answer_to(served), "HTTP/1.1 404");
}

// Who asks and does not read has answers wait for him.
TEST_F(WorkerTest, AVisitorWhoseAnswersFindNoMemoryIsGivenUpAlone) {
  Client other{port};
  EXPECT_EQ(answer_to(other), "HTTP/1.1 404");
  Client greedy{port};
  EXPECT_EQ(answer_to(greedy), "HTTP/1.1 404");
  limit_memory(512);
  std::string requests;
  while (requests.size() < 7'000) requests += no_code;
  while (greedy.send(requests)) {
  }
  EXPECT_EQ(count(Counter::session_bugs), 1U);
  EXPECT_EQ(answer_to(other), "HTTP/1.1 404");
}

}  // namespace
}  // namespace waymark::redirect::test
