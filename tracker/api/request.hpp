// One request to the API and its answer, free of sockets: what the server's shell hands to the
// store's thread and takes back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker {

struct ApiRequest {
  std::string method;  // "GET"; HEAD arrives as GET
  std::string target;  // path and query as sent
  std::string authorization;
  std::string idempotency_key;
  bool has_idempotency_key = false;
  std::string content_type;
  std::string accept;
  std::string last_event_id;
  std::string body;
  std::string id;             // "req_...", goes into field Request-Id
  std::uint64_t unix_ms = 0;  // when it arrived
  // What the shell knows about Redis, as JSON, for /v1/status.
  std::string redis_state = "null";
};

struct ApiAnswer {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  // Number of the change that must be in Redis before the answer goes out (in bounded time); 0 when
  // nothing was changed.
  std::uint64_t change = 0;
  // The answer says what would come of the request; the store stays as it was.
  bool undo = false;
  // The request is allowed, and the StreamDesk has the answer: it needs Redis, not the store.
  bool of_desk = false;
};

}  // namespace waymark::tracker
