// What is asked for: an endless sequence of requests, drawn one after the other by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

struct Request {
  std::string_view bytes;  // as sent; valid until the next one is drawn
  std::uint8_t kind = 0;   // index into RequestSource::kinds()
  bool head = false;
  bool own_connection = false;  // a new one, not used again
  bool may_be_unknown = false;  // 404 is a good answer
  std::uint16_t status = 0;     // the only good one; 0: any 2xx, 3xx or 410
  std::uint32_t visitor = 0;    // for answered(); 0: nobody who keeps cookies
};

class RequestSource {
 public:
  virtual ~RequestSource() = default;

  virtual Request next() = 0;
  // An answer to a request with `visitor` has come; `cookies` as the field Cookie has them.
  virtual void answered(std::uint32_t visitor, std::string_view cookies) {
    static_cast<void>(visitor);
    static_cast<void>(cookies);
  }
};

// Makes the sources of a run's threads. Any thread; the requests depend on the seed, the thread's
// number and the count of threads alone (and, for returning visitors, on the cookies they get).
class RequestPlan {
 public:
  virtual ~RequestPlan() = default;

  // The plan outlives its sources.
  virtual std::unique_ptr<RequestSource> source(std::size_t thread, std::size_t threads) const = 0;
  // Names of Request::kind.
  virtual std::vector<std::string> kinds() const = 0;
};

// Whether an answer's status is what the request deserves.
inline bool is_expected(const Request& request, int status) {
  if (request.status != 0) return status == request.status;
  return (status >= 200 && status < 400) || status == 410 ||
         (request.may_be_unknown && status == 404);
}

}  // namespace waymark::loadtest
