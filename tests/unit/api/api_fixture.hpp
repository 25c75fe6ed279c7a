// A whole API on a free port of 127.0.0.1 with a store in a temporary folder, and a client to talk
// to it. Redis is away unless a test brings one.
#pragma once

#include "common/http/server.hpp"
#include "common/log.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tracker/api/api_server.hpp"
#include "tracker/api/stream_desk.hpp"
#include "tracker/program/mirror.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace waymark::tracker::test {

struct Answer {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  boost::json::value json() const;
  std::string text(const std::string& member) const;  // of the object; empty when null
  std::string code() const { return text("code"); }
};

using Headers = std::map<std::string, std::string>;

// Key files of fixtures have this one key.
std::shared_ptr<const KeyRing> test_keys();

class ApiSystem {
 public:
  static constexpr const char* key = "sk_test_0123456789abcdefghij";

  explicit ApiSystem(std::string redis_url = "redis://127.0.0.1:1", ProgramRules rules = {},
                     std::shared_ptr<const KeyRing> keys = test_keys());
  ~ApiSystem();

  // One request on a connection of its own, with the owner's key and, where there is a body, the
  // right media type, unless `headers` says otherwise. An empty value leaves a header out.
  Answer call(const std::string& method, const std::string& target,
              const std::optional<std::string>& body = {}, Headers headers = {});
  Answer get(const std::string& target) { return call("GET", target); }
  Answer post(const std::string& target, const std::string& body, Headers headers = {}) {
    return call("POST", target, body, std::move(headers));
  }
  Answer patch(const std::string& target, const std::string& body) {
    return call("PATCH", target, body);
  }

  // Runs on the store's writing thread and waits.
  void with_store(const std::function<void(Store&)>& work);
  // Runs on the API's thread and waits.
  void on_loop(const std::function<void()>& work);
  // Stores clicks as the drain would.
  void store_clicks(const std::vector<Click>& clicks);

  std::uint16_t port() const { return server_->port(); }
  Mirror& mirror() { return *mirror_; }
  StoreThread& store() { return *store_; }
  // Whether it is this tracker's turn to write to Redis.
  void let_write(bool may) { writes_ = may; }

 private:
  waymark::test::TemporaryFolder folder_;
  Log log_{"test", LogLevel::error};
  boost::asio::io_context io_{1};
  std::unique_ptr<StoreThread> store_;
  std::atomic<bool> writes_ = true;
  std::unique_ptr<Mirror> mirror_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<redis::Client> stream_;
  std::unique_ptr<StreamDesk> desk_;
  std::unique_ptr<ApiServer> api_server_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

class ApiTest : public ::testing::Test {
 protected:
  ApiSystem api;
};

}  // namespace waymark::tracker::test
