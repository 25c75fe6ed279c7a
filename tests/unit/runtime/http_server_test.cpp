// The plain HTTP server on a real socket, spoken to byte by byte.
#include "common/http/server.hpp"
#include "loop.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace waymark::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using boost::system::error_code;
using test::run_until;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// Sends what it is told and keeps what comes. What the loop still holds of it outlives it.
class Client {
 public:
  Client(boost::asio::io_context& io, std::uint16_t port)
      : io_(io), line_(std::make_shared<Line>(tcp::socket{io})) {
    line_->socket.connect({boost::asio::ip::address_v4::loopback(), port});
    read(line_);
  }
  ~Client() { line_->socket.close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& bytes) {
    error_code ignored;
    boost::asio::write(line_->socket, boost::asio::buffer(bytes), ignored);
  }
  // Everything that came until `text` was among it.
  std::string wait_for(const std::string& text) {
    const auto& received = line_->received;
    EXPECT_TRUE(
        run_until(io_, [&] { return received.find(text) != std::string::npos || line_->ended; }));
    EXPECT_THAT(received, HasSubstr(text));
    return std::exchange(line_->received, {});
  }
  std::string wait_for_end() {
    EXPECT_TRUE(run_until(io_, [&] { return line_->ended; })) << line_->received;
    return line_->received;
  }

 private:
  struct Line {
    explicit Line(tcp::socket closed) : socket(std::move(closed)) {}
    tcp::socket socket;
    std::array<char, 4096> chunk;
    std::string received;
    bool ended = false;
  };

  static void read(const std::shared_ptr<Line>& line) {
    line->socket.async_read_some(boost::asio::buffer(line->chunk),
                                 [line](error_code error, std::size_t size) {
                                   line->received.append(line->chunk.data(), size);
                                   line->ended = bool{error};
                                   if (!error) return read(line);
                                   line->socket.close();
                                 });
  }

  boost::asio::io_context& io_;
  std::shared_ptr<Line> line_;
};

class HttpServer : public testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    server_ = std::make_unique<Server>(
        io_, ListenAddress{"127.0.0.1", 0}, "admin", options,
        [this](const Request& request) { return handle(request); }, log_);
    server_->start();
  }
  Client client() { return Client{io_, server_->port()}; }

  boost::asio::awaitable<Response> handle(const Request& request) {
    ++handled_;
    if (request.target() == "/bug") throw std::runtime_error{"a bug"};
    if (request.target() == "/stop") server_->stop();
    if (request.target() == "/pieces") co_return in_pieces(request, 2);
    if (request.target() == "/endless") co_return in_pieces(request, 1'000'000'000);
    if (request.target() == "/json") co_return json_response(request, 201, "{}");
    const auto method = request.method_string();
    co_return text_response(request, 200,
                            std::string{method.data(), method.size()} + " " + request.body());
  }

  Response in_pieces(const Request& request, int pieces) {
    Response response = text_response(request, 200, {});
    response.source = [this, pieces](BodyWriter& body) -> boost::asio::awaitable<void> {
      for (int i = 0; i < pieces; ++i) {
        const bool taken = co_await body.write(std::string(1024, 'x'));
        if (!taken) break;
      }
      ++sources_ended_;
      sources_cut_ += body.cut() ? 1 : 0;
    };
    return response;
  }

  boost::asio::io_context io_{1};
  Log log_{"test", LogLevel::error, LogFormat::json};
  std::unique_ptr<Server> server_;
  int handled_ = 0;
  int sources_ended_ = 0;
  int sources_cut_ = 0;
};

TEST_F(HttpServer, AnswersAndKeepsTheConnection) {
  serve();
  Client visitor = client();
  for (int i = 0; i < 3; ++i) {
    visitor.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string answer = visitor.wait_for("GET ");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Length: 4\r\n"));
    EXPECT_THAT(answer, testing::ContainsRegex("Date: ..., .. ... .... ..:..:.. GMT"));
  }
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpServer, TakesRequestsInOneGoAndInPieces) {
  serve();
  Client visitor = client();
  visitor.send(
      "GET / HTTP/1.1\r\nHost: h\r\n\r\nPUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na");
  visitor.wait_for("GET ");
  visitor.send("bc");
  EXPECT_THAT(visitor.wait_for("PUT abc"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServer, AnswersHeadWithoutABody) {
  serve();
  Client visitor = client();
  visitor.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string answer = visitor.wait_for_end();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServer, SendsABodyThatIsMadePieceByPiece) {
  serve();
  Client visitor = client();
  visitor.send("GET /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = visitor.wait_for("\r\n0\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, testing::Not(HasSubstr("Content-Length")));
  const std::string chunk = "400\r\n" + std::string(1024, 'x') + "\r\n";
  EXPECT_THAT(answer, EndsWith("\r\n\r\n" + chunk + chunk + "0\r\n\r\n"));
  visitor.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  visitor.wait_for("GET ");
}

TEST_F(HttpServer, OldClientsGetThePiecesAndTheEnd) {
  serve();
  Client visitor = client();
  visitor.send("GET /pieces HTTP/1.0\r\n\r\n");
  const std::string answer = visitor.wait_for_end();
  EXPECT_THAT(answer, testing::Not(HasSubstr("chunked")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n" + std::string(2048, 'x')));
}

TEST_F(HttpServer, HeadOfABodyInPieces) {
  serve();
  Client visitor = client();
  visitor.send("HEAD /pieces HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(visitor.wait_for_end(), EndsWith("\r\n\r\n"));
}

// Nobody reads: the pieces are not heaped up, and the connection ends.
TEST_F(HttpServer, CutsWhoDoesNotTakeThePieces) {
  serve({.write_deadline = 200ms});
  tcp::socket silent{io_};
  silent.connect({boost::asio::ip::address_v4::loopback(), server_->port()});
  boost::asio::write(silent,
                     boost::asio::buffer(std::string{"GET /endless HTTP/1.1\r\nHost: h\r\n\r\n"}));
  EXPECT_TRUE(run_until(io_, [&] { return sources_ended_ == 1; }));
  EXPECT_EQ(sources_cut_, 1);
  EXPECT_TRUE(run_until(io_, [&] { return server_->connections() == 0; }));
}

TEST_F(HttpServer, WhoLeavesInTheMiddleIsNotCut) {
  serve();
  {
    Client visitor = client();
    visitor.send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    visitor.wait_for("xxx");
  }
  EXPECT_TRUE(run_until(io_, [&] { return sources_ended_ == 1; }));
  EXPECT_EQ(sources_cut_, 0);
}

TEST_F(HttpServer, AStoppingServerEndsBodies) {
  serve();
  Client visitor = client();
  visitor.send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  visitor.wait_for("xxx");
  server_->stop();
  EXPECT_THAT(visitor.wait_for_end(), EndsWith("0\r\n\r\n"));
  EXPECT_EQ(sources_ended_, 1);
}

TEST_F(HttpServer, WritesJson) {
  serve();
  Client visitor = client();
  visitor.send("GET /json HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(visitor.wait_for("{}"), testing::AllOf(StartsWith("HTTP/1.1 201 Created\r\n"),
                                                     HasSubstr("Content-Type: application/json")));
}

TEST_F(HttpServer, ClosesWhenAskedTo) {
  serve();
  for (const char* request :
       {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    Client visitor = client();
    visitor.send(request);
    EXPECT_THAT(visitor.wait_for_end(), HasSubstr("200 OK")) << request;
  }
  EXPECT_TRUE(run_until(io_, [&] { return server_->connections() == 0; }));
}

TEST_F(HttpServer, RefusesBrokenAndOversizedRequests) {
  ServerOptions options;
  options.header_bytes_max = 1024;
  options.body_bytes_max = 1000;
  serve(options);
  const std::pair<std::string, std::string> cases[] = {
      {"this is not HTTP\r\n\r\n", "505"},
      {"G@T / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nbroken header\r\n\r\n", "400"},
      {"GET / HTTP/3.7\r\n\r\n", "505"},
      {"GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", "431"},
      {"PUT / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'), "413"},
      {"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" + std::string(2048, 'x') +
           "\r\n0\r\n\r\n",
       "413"},
  };
  for (const auto& [request, status] : cases) {
    Client visitor = client();
    visitor.send(request);
    const std::string answer = visitor.wait_for("\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + status)) << request;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  }
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpServer, LetsACarefulClientGoOn) {
  serve();
  Client visitor = client();
  visitor.send("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  visitor.wait_for("HTTP/1.1 100 Continue\r\n\r\n");
  visitor.send("ok");
  visitor.wait_for("PUT ok");
}

TEST_F(HttpServer, AnswersABugWith500AndLogsIt) {
  serve();
  Client visitor = client();
  testing::internal::CaptureStderr();
  visitor.send("GET /bug HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(visitor.wait_for("internal error"), StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("a bug"));
  visitor.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  visitor.wait_for("200 OK");
}

TEST_F(HttpServer, ClosesSilentAndSlowConnections) {
  ServerOptions options;
  options.idle_deadline = 30ms;
  options.read_deadline = 30ms;
  serve(options);
  Client silent = client();
  EXPECT_EQ(silent.wait_for_end(), "");
  Client slow = client();
  slow.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(slow.wait_for_end(), "");
  EXPECT_TRUE(run_until(io_, [&] { return server_->connections() == 0; }));
}

TEST_F(HttpServer, TakesNoMoreThanItsLimitOfConnections) {
  ServerOptions options;
  options.connections_max = 2;
  serve(options);
  Client first = client();
  Client second = client();
  ASSERT_TRUE(run_until(io_, [&] { return server_->connections() == 2; }));
  Client third = client();
  EXPECT_EQ(third.wait_for_end(), "");
  first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  first.wait_for("200 OK");
}

TEST_F(HttpServer, StopsAfterTheCurrentAnswers) {
  serve();
  Client idle = client();
  Client busy = client();
  ASSERT_TRUE(run_until(io_, [&] { return server_->connections() == 2; }));
  busy.send("GET /stop HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(busy.wait_for_end(),
              testing::AllOf(StartsWith("HTTP/1.1 200 OK"), HasSubstr("Connection: close")));
  EXPECT_EQ(idle.wait_for_end(), "");
  EXPECT_TRUE(run_until(io_, [&] { return server_->connections() == 0; }));
  EXPECT_THROW(client(), boost::system::system_error);
}

TEST_F(HttpServer, NamesAddressAndSettingWhenThePortIsTaken) {
  serve();
  try {
    Server second{io_, ListenAddress{"127.0.0.1", server_->port()}, "--admin", {}, {}, log_};
    FAIL() << "two servers on one port";
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::failure);
    EXPECT_THAT(error.what(), HasSubstr("--admin: cannot listen on 127.0.0.1:" +
                                        std::to_string(server_->port())));
    EXPECT_THAT(error.what(), HasSubstr("choose another port"));
  }
  EXPECT_THROW((Server{io_, ListenAddress{"192.0.2.1", 0}, "listen", {}, {}, log_}), StartupError);
  EXPECT_NO_THROW((Server{io_, ListenAddress{"", 0}, "listen", {}, {}, log_}));
  EXPECT_NO_THROW((Server{io_, ListenAddress{"localhost", 0}, "listen", {}, {}, log_}));
}

}  // namespace
}  // namespace waymark::http
