#include "tracker/cli/http_client.hpp"

#include "common/error.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace waymark::cli {
namespace {

using testing::HasSubstr;

// Takes one connection, reads once, sends `answer`, keeps the connection open when that is empty.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<::sockaddr*>(&address);
    ::socklen_t size = sizeof address;
    ::bind(listener_, generic, size);
    ::listen(listener_, 1);
    ::getsockname(listener_, generic, &size);
    port_ = std::to_string(ntohs(address.sin_port));
    thread_ = std::thread{[this, text = std::move(answer)] {
      const int peer = ::accept(listener_, nullptr, nullptr);
      char buffer[4096];
      const auto got = ::read(peer, buffer, sizeof buffer);
      request_.assign(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (text.empty()) {
        while (::read(peer, buffer, sizeof buffer) > 0) {
        }
      } else {
        EXPECT_EQ(::write(peer, text.data(), text.size()), static_cast<ssize_t>(text.size()));
      }
      ::close(peer);
    }};
  }
  ~OneAnswer() {
    if (thread_.joinable()) {
      thread_.join();
    }
    ::close(listener_);
  }

  HttpAddress address() const { return {"127.0.0.1", port_}; }
  std::string request() {
    thread_.join();
    return request_;
  }

 private:
  int listener_;
  std::string port_;
  std::string request_;
  std::thread thread_;
};

TEST(HttpClient, SendsKeyAndBody) {
  OneAnswer server{"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"};
  HttpRequest request;
  request.method = "PATCH";
  request.target = "/v1/links/l1";
  request.bearer = "sk_1";
  request.body = R"({"status":"paused"})";
  const auto answer = exchange(server.address(), request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201U);
  EXPECT_EQ(answer->body, "{}");
  const auto sent = server.request();
  EXPECT_THAT(sent, HasSubstr("PATCH /v1/links/l1 HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("Authorization: Bearer sk_1\r\n"));
  EXPECT_THAT(sent, HasSubstr(R"({"status":"paused"})"));
}

TEST(HttpClient, GivesUpAtTheDeadline) {
  OneAnswer server{""};
  HttpRequest request;
  request.deadline = std::chrono::milliseconds{50};
  EXPECT_FALSE(exchange(server.address(), request));
}

TEST(HttpClient, FailsWhereNobodyListens) {
  EXPECT_FALSE(exchange({"127.0.0.1", "1"}, {}));
}

TEST(HttpAddress, IsReadFromAUrl) {
  EXPECT_EQ(parse_http_address("http://127.0.0.1:8090").port, "8090");
  EXPECT_EQ(parse_http_address("http://host/").port, "80");
  EXPECT_EQ(parse_http_address("http://[::1]:9").host, "::1");
  for (const auto* text :
       {"", "127.0.0.1:8090", "https://h", "http://", "http://h/v1", "ftp://h"}) {
    EXPECT_THROW(parse_http_address(text), StartupError) << text;
  }
}

}  // namespace
}  // namespace waymark::cli
