#include "loadtest/mix/cookies.hpp"

#include "common/token.hpp"
#include "loadtest/mix/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace waymark::mix {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

std::string one_other_cookie(Random& random, std::size_t which) {
  switch (which) {
    case 0:
      return join({"_ga=GA1.1.", random.text(10, digits), ".", random.text(10, digits)});
    case 1:
      return join({"_ga_", random.text(10, "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"), "=GS2.1.s",
                   random.text(10, digits), "$o3$g1$t", random.text(10, digits), "$j60$l0$h0"});
    case 2:
      return join({"_fbp=fb.1.", random.text(13, digits), ".", random.text(18, digits)});
    case 3:
      return join({"session=s%3A", random.text(32, base64url), ".", random.text(43, base64url)});
    case 4:
      return join(
          {"OptanonConsent=isGpcEnabled=0&datestamp=Thu+Jan+01+2026+09%3A12%3A44+GMT%2B01"
           "00&version=202509.1.0&isIABGlobal=false&hosts=&consentId=",
           random.text(36, hex),
           "&interactionCount=1&landingPath=NotLandingPage&groups=C0001%3A1%2CC0002%3A1%2C"
           "C0003%3A0%2CC0004%3A0&AwaitingReconsent=false"});
    case 5:
      return join({"jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", random.text(180, base64url), ".",
                   random.text(43, base64url)});
    case 6:
      return "cookieconsent_status=allow";
    case 7:
      return "lang=de";
    default:
      return join({"AWSALB=", random.text(108, base64url), "=="});
  }
}

}  // namespace

std::string other_cookies(Random& random) {
  constexpr std::size_t known = 9;
  std::string result;
  const std::size_t start = random.below(known);
  const std::size_t count = 2 + random.below(5);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) result += "; ";
    result += one_other_cookie(random, (start + i) % known);
  }
  return result;
}

std::string attribution_cookie(Random& random, const MixOptions& options,
                               std::span<const MixLink> links) {
  constexpr std::uint64_t window_seconds = 60 * 86'400;
  constexpr std::uint64_t oldest_seconds = 50 * 86'400;
  std::vector<std::uint64_t> times(1 + random.below(4));
  for (auto& time : times) time = options.now - 1 - random.below(oldest_seconds);
  std::sort(times.begin(), times.end());

  Attribution attribution;
  attribution.visitor = random.uuid(times.front() * 1'000);
  for (const std::uint64_t time : times) {
    const Touch click{random.uuid(time * 1'000), random.pick(links).code};
    touch(attribution, any_live_campaign(random.below(4)), click, time, window_seconds);
  }
  std::array<char, limits::cookie_bytes_max> value;
  char* const end = write_attribution(attribution, options.keys->signing(), value.data());
  return {value.data(), end};
}

std::string spoiled_cookie(Random& random, std::string good) {
  switch (random.below(6)) {
    case 0:
      return good.substr(0, random.below(good.size()));
    case 1: {
      char& c = good[good.size() - 8];
      c = c == 'A' ? 'B' : 'A';
      return good;
    }
    case 2:
      return join({"2", good.substr(1)});
    case 3:
      return join({"1.oldkey", good.substr(good.find('.', 2))});
    case 4:
      return {};
    default:
      return "deleted";
  }
}

}  // namespace waymark::mix
