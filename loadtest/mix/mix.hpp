// About 10,000 requests as the edge meets them in the wild: browsers of many kinds, previews,
// crawlers, scanners, tools, cookies, long queries, unknown codes, oddities. Made from a seed and
// never stored, so that tests, benchmarks and load runs share the same input. The shares of each
// kind stand in README.md. All requests are valid HTTP; broken ones belong to the parser's tests.
#pragma once

#include "common/keys.hpp"
#include "common/records.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::mix {

// Who asks, and so what the edge should make of it (design 3.2). Names by to_text().
enum class Kind { person, head, prefetch, embed, preview, crawler, scanner, tool, page, method };
inline constexpr std::size_t kinds = 10;
std::string_view to_text(Kind kind);

// A fixed key for mixes that no running edge has to verify.
std::shared_ptr<const KeyRing> mix_keys();
// The keys file that holds it.
std::string mix_keys_file();

struct MixOptions {
  std::uint64_t seed = 1;
  std::size_t count = 10'000;
  std::size_t links = 2'000;
  double zipf_exponent = 1.0;
  // Cookies are dated before this moment and have not ended then. Unix seconds.
  std::uint64_t now = 1'767'225'600;                 // 1 January 2026
  std::shared_ptr<const KeyRing> keys = mix_keys();  // signs the wm_ref cookies
};

struct MixRequest {
  std::string bytes;  // as sent, with the blank line
  Kind kind = Kind::person;
  int status = 0;    // of the edge's answer; 0: not fixed by the mix (robots.txt and the like)
  std::string code;  // folded; empty when the path is none. Unknown ones included
  bool returning = false;  // carries a wm_ref cookie that verifies
};

// A record as it stands in Redis.
struct MixRecord {
  std::string key;  // wm:link:*/anna7
  RecordFields fields;
};

// Depends on the options alone.
std::vector<MixRequest> make_mix(const MixOptions& options);

// Every link and campaign the mix asks for. Links come in order of popularity, after the campaigns.
std::vector<MixRecord> mix_records(const MixOptions& options);

}  // namespace waymark::mix
