// Visits to many links as a referral service sees them: popular and unpopular codes, unknown ones,
// HEAD, crawlers, previews and tools by their user agents, people who come again with their
// cookies.
#pragma once

#include "loadtest/kit/clicks/api_connection.hpp"
#include "loadtest/kit/fixed_request.hpp"
#include "loadtest/kit/request_source.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

struct CodeMixOptions {
  std::vector<std::string> codes;  // the most popular first; at least one
  double zipf = 0;                 // exponent; 0: all alike
  // Shares of all requests; their sum is at most 1, and people make the rest.
  double unknown = 0;  // lead nowhere
  double head = 0;
  double crawlers = 0;
  double previews = 0;
  double tools = 0;
  double returning = 0;               // of people: came before, and send the cookies they got
  bool queries = false;               // the variety of loadtest/mix/README.md
  std::vector<std::string> channels;  // one of them as ?c=
};

class CodeMix : public RequestPlan {
 public:
  // Codes are asked for below `folder`, which ends in '/'.
  CodeMix(CodeMixOptions options, std::string folder, RequestCommon common, std::uint64_t seed);

  std::unique_ptr<RequestSource> source(std::size_t thread, std::size_t threads) const override;
  std::vector<std::string> kinds() const override;

 private:
  friend class CodeMixSource;
  const CodeMixOptions options_;
  const std::string folder_;
  const RequestCommon common_;
  const std::string added_;  // header lines
  const std::uint64_t seed_;
};

// `generated:N` makes load1 to loadN; anything else is a file with a code a line. At most ten
// million, each of characters that a path may have. Throws StartupError.
std::vector<std::string> read_codes(const std::string& from);
// The codes of all links of a tracker, newest first, at most a million. Throws StartupError.
std::vector<std::string> read_codes(const ApiAccess& access);

}  // namespace waymark::loadtest
