// Tokens and cookies as visitors send them back: nothing but what a key of ours has signed
// verifies, and it verifies in one spelling only.
#include "common/token.hpp"
#include "loadtest/mix/mix.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

namespace waymark::fuzz {
namespace {

const KeyRing& keys() {
  static const auto ring = mix::mix_keys();
  return *ring;
}

Uuid numbered(std::uint8_t number) {
  Uuid id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(number * 17 + i);
  }
  return id;
}

std::string cookie_of(std::size_t campaigns) {
  static const std::string longest_id(limits::id_bytes_max, 'c');
  static const std::string longest_code(limits::code_bytes_max, 'k');
  Attribution attribution;
  attribution.visitor = numbered(1);
  attribution.campaign_count = campaigns;
  for (std::size_t i = 0; i < campaigns; ++i) {
    attribution.campaigns[i] = {i == 2 ? std::string_view{longest_id} : "camp",
                                1'900'000'000 + i,
                                {numbered(2), i == 1 ? std::string_view{longest_code} : "anna7"},
                                {numbered(3), "anna8"}};
  }
  char out[limits::cookie_bytes_max];
  return {out, write_attribution(attribution, keys().signing(), out)};
}

std::string token_of(std::uint8_t number) {
  char out[click_token_bytes];
  return {out, write_click_token(numbered(number), keys().signing(), out)};
}

void try_click(std::string_view text) {
  const auto click = verify_click_token(text, keys());
  if (!click) return;
  char out[click_token_bytes];
  const std::string_view again{
      out, static_cast<std::size_t>(write_click_token(*click, keys().signing(), out) - out)};
  require(again == text, "a token has one spelling");
}

void try_cookie(std::string_view text) {
  AttributionBuffer buffer;
  const auto attribution = verify_attribution(text, keys(), buffer);
  if (!attribution) return;
  char out[limits::cookie_bytes_max];
  const std::string_view again{
      out, static_cast<std::size_t>(write_attribution(*attribution, keys().signing(), out) - out)};
  require(again == text, "a cookie has one spelling");
  static const auto made = seeds();
  require(std::ranges::find(made, text) != made.end(), "only what we signed verifies");
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> made;
  for (std::size_t campaigns = 0; campaigns <= limits::cookie_campaigns_max; ++campaigns) {
    made.push_back(cookie_of(campaigns));
  }
  for (std::uint8_t number = 0; number < 4; ++number) made.push_back(token_of(number));
  return made;
}

std::vector<std::string> words() {
  return {"1.", "2.", ".", "..",  "=",   "==", "A",  "AAAA", "_",
          "-",  "+",  "/", "%3D", "mix", ";",  "\"", "\0",   "\xff"};
}

}  // namespace waymark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  waymark::fuzz::try_click(input);
  waymark::fuzz::try_cookie(input);
  return 0;
}
