// One request, always the same: what a run asks without a mix.
#pragma once

#include "loadtest/kit/address.hpp"
#include "loadtest/kit/request_source.hpp"

#include <string>
#include <vector>

namespace waymark::loadtest {

// What every request of a run has, whichever plan makes it.
struct RequestCommon {
  std::string authority;             // of the field Host
  std::vector<std::string> headers;  // "Name: value", added to each request
  double own_connection = 0;         // share of requests on a connection of their own
  int status = 0;                    // the only good one; 0: any 2xx, 3xx or 410
};

class FixedRequest : public RequestPlan {
 public:
  FixedRequest(const RequestCommon& common, const std::string& path, std::uint64_t seed);

  std::unique_ptr<RequestSource> source(std::size_t thread, std::size_t threads) const override;
  std::vector<std::string> kinds() const override { return {"request"}; }

 private:
  const RequestCommon common_;
  const std::uint64_t seed_;
  std::string bytes_;
};

// The lines of `headers` with their ends.
std::string header_lines(const std::vector<std::string>& headers);

}  // namespace waymark::loadtest
