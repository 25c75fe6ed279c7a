// The requests of a container written by waymark-mix (loadtest/mix/container.hpp), in their order
// and from the start again: a run with one thread repeats exactly.
#pragma once

#include "loadtest/kit/fixed_request.hpp"
#include "loadtest/kit/request_source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

class MixReplay : public RequestPlan {
 public:
  // Takes the text of a container; `name` is for messages. `common` gives headers, status and own
  // connections; Host is that of each request. Throws StartupError (exit 78) that names the place.
  MixReplay(std::string_view text, const std::string& name, const RequestCommon& common,
            std::uint64_t seed);

  // Thread i has every `threads`-th request, from the i-th.
  std::unique_ptr<RequestSource> source(std::size_t thread, std::size_t threads) const override;
  std::vector<std::string> kinds() const override { return kinds_; }

 private:
  friend class ReplaySource;
  struct Entry {
    std::string bytes;
    std::uint8_t kind;
    std::uint16_t status;  // 0: not fixed
    bool head;
  };
  std::uint8_t kind_number(std::string_view kind);

  const double own_connection_;
  const std::uint64_t seed_;
  std::vector<Entry> entries_;
  std::vector<std::string> kinds_;
};

// All of a file, at most 1 GiB. Throws StartupError (exit 78) naming `what`, such as "--mix".
std::string read_whole_file(std::string_view what, const std::string& file);

}  // namespace waymark::loadtest
