#include "loadtest/kit/fixed_request.hpp"

#include "loadtest/mix/random.hpp"

#include <fmt/format.h>

namespace waymark::loadtest {
namespace {

class Source : public RequestSource {
 public:
  Source(std::string_view bytes, const RequestCommon& common, std::uint64_t seed)
      : random_(seed), own_connection_(common.own_connection) {
    request_.bytes = bytes;
    request_.status = static_cast<std::uint16_t>(common.status);
  }

  Request next() override {
    if (own_connection_ > 0) request_.own_connection = random_.chance(own_connection_);
    return request_;
  }

 private:
  mix::Random random_;
  const double own_connection_;
  Request request_;
};

}  // namespace

std::string header_lines(const std::vector<std::string>& headers) {
  std::string lines;
  for (const std::string& header : headers) lines += header + "\r\n";
  return lines;
}

FixedRequest::FixedRequest(const RequestCommon& common, const std::string& path, std::uint64_t seed)
    : common_(common),
      seed_(seed),
      bytes_(fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n{}\r\n", path, common.authority,
                         header_lines(common.headers))) {}

std::unique_ptr<RequestSource> FixedRequest::source(std::size_t thread, std::size_t) const {
  return std::make_unique<Source>(bytes_, common_, seed_ + thread);
}

}  // namespace waymark::loadtest
