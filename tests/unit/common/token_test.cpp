#include "common/token.hpp"

#include "common/base64url.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace waymark {
namespace {

SigningKey key_of(std::string id, std::uint8_t first_byte) {
  std::array<std::uint8_t, 32> secret;
  for (std::uint8_t i = 0; i < 32; ++i) secret[i] = static_cast<std::uint8_t>(first_byte + i);
  return {std::move(id), HmacKey{secret}};
}

// The key of the worked example in common/README.md: 000102...1f.
const KeyRing example_keys{{key_of("k1", 0)}};
const KeyRing rotated_keys{{key_of("k2", 100), key_of("k1", 0)}};
const KeyRing other_keys{{key_of("k1", 200), key_of("k2", 150)}};

const Uuid click = parse_uuid("0190163d-8694-739b-b8b1-c2d3e4f50617").value();
const Uuid visitor = parse_uuid("0190163d-8694-7aaa-8aaa-bbbbccccdddd").value();
const Uuid first_click = parse_uuid("018ffff8-a000-7111-a222-333344445555").value();

// Computed by another implementation from the rules in common/README.md.
constexpr std::string_view example_click_token = "AZAWPYaUc5u4scLT5PUGF7Hmt5dEMj6N";
constexpr std::string_view example_cookie =
    "1.k1.AZAWPYaUeqqKqru7zMzd3QELY2FtcF9zcHJpbmcAZqrQAAGP__igAHERoiIzM0REVVUFYW5uYTcBkBY9hpRzm7"
    "ixwtPk9QYXBWJlbl8y.VswB_3-jNnOmQ1ERHCinSA";

Attribution example_attribution() {
  Attribution attribution{.visitor = visitor};
  attribution.campaigns[0] = {
      "camp_spring", 1'722'470'400, {first_click, "anna7"}, {click, "ben_2"}};
  attribution.campaign_count = 1;
  return attribution;
}

std::string click_token(const Uuid& id, const SigningKey& key) {
  std::string text(click_token_bytes, '\0');
  EXPECT_EQ(write_click_token(id, key, text.data()), text.data() + text.size());
  return text;
}

std::string cookie_of(const Attribution& attribution, const SigningKey& key) {
  std::string text(limits::cookie_bytes_max, '\0');
  const char* const end = write_attribution(attribution, key, text.data());
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

bool is_same(const Touch& a, const Touch& b) {
  return a.click == b.click && a.code == b.code;
}

bool is_same(const Attribution& a, const Attribution& b) {
  if (a.visitor != b.visitor || a.campaign_count != b.campaign_count) return false;
  for (std::size_t i = 0; i < a.campaign_count; ++i) {
    const CampaignTouches &x = a.campaigns[i], &y = b.campaigns[i];
    if (x.campaign != y.campaign || x.ends_at != y.ends_at || !is_same(x.first, y.first) ||
        !is_same(x.last, y.last)) {
      return false;
    }
  }
  return true;
}

bool verifies(std::string_view cookie, const KeyRing& keys = example_keys) {
  AttributionBuffer buffer;
  return verify_attribution(cookie, keys, buffer).has_value();
}

// `text` with one character replaced, removed, doubled or swapped.
std::string mutated(std::string text) {
  constexpr std::string_view replacements = "ABCabc019-_.=+/ \n\x80";
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      text[at] = *rc::gen::elementOf(std::string{replacements});
      break;
    case 1:
      text.erase(at, *rc::gen::inRange<std::size_t>(1, 5));
      break;
    case 2:
      text.insert(at, 1, *rc::gen::elementOf(std::string{replacements}));
      break;
    default:
      std::swap(text[at], text[*rc::gen::inRange<std::size_t>(0, text.size())]);
  }
  return text;
}

TEST(ClickToken, has_the_documented_bytes) {
  EXPECT_EQ(click_token(click, example_keys.signing()), example_click_token);
}

TEST(ClickToken, verifies_with_any_key_of_the_ring) {
  EXPECT_EQ(verify_click_token(example_click_token, example_keys).value(), click);
  EXPECT_EQ(verify_click_token(example_click_token, rotated_keys).value(), click);
  EXPECT_EQ(verify_click_token(example_click_token, other_keys).error(), Errc::invalid_token);
}

RC_GTEST_PROP(ClickToken, names_its_click, (const std::array<std::uint8_t, 16>& bytes)) {
  const std::string token = click_token(Uuid{bytes}, rotated_keys.signing());
  RC_ASSERT(verify_click_token(token, rotated_keys).value() == Uuid{bytes});
}

RC_GTEST_PROP(ClickToken, never_verifies_when_changed, ()) {
  const std::string token = mutated(std::string{example_click_token});
  RC_PRE(token != example_click_token);
  RC_ASSERT(verify_click_token(token, rotated_keys).has_error());
}

TEST(AttributionCookie, has_the_documented_bytes) {
  EXPECT_EQ(cookie_of(example_attribution(), example_keys.signing()), example_cookie);
  AttributionBuffer buffer;
  const auto read = verify_attribution(example_cookie, example_keys, buffer);
  ASSERT_TRUE(read);
  EXPECT_TRUE(is_same(*read, example_attribution()));
}

TEST(AttributionCookie, verifies_with_the_key_that_it_names) {
  EXPECT_TRUE(verifies(example_cookie, rotated_keys));
  EXPECT_FALSE(verifies(example_cookie, other_keys)) << "another secret under the same id";
  EXPECT_FALSE(verifies(example_cookie, KeyRing{{key_of("k9", 0)}})) << "unknown id";
}

rc::Gen<Uuid> any_uuid() {
  return rc::gen::map(rc::gen::arbitrary<std::array<std::uint8_t, 16>>(),
                      [](const auto& bytes) { return Uuid{bytes}; });
}

// Texts of the lengths that are easily got wrong as well as ordinary ones.
rc::Gen<std::string> text_up_to(std::size_t bytes_max) {
  return rc::gen::mapcat(rc::gen::oneOf(rc::gen::just(bytes_max), rc::gen::just<std::size_t>(1),
                                        rc::gen::inRange<std::size_t>(1, bytes_max + 1)),
                         [](std::size_t size) {
                           return rc::gen::container<std::string>(
                               size, rc::gen::elementOf(std::string{"abz09_-"}));
                         });
}

RC_GTEST_PROP(AttributionCookie, reads_what_it_wrote, ()) {
  std::array<std::array<std::string, 3>, limits::cookie_campaigns_max> texts;
  Attribution attribution{.visitor = *any_uuid()};
  attribution.campaign_count = *rc::gen::inRange<std::size_t>(0, texts.size() + 1);
  for (std::size_t i = 0; i < attribution.campaign_count; ++i) {
    texts[i] = {*text_up_to(limits::id_bytes_max), *text_up_to(limits::code_bytes_max),
                *text_up_to(limits::code_bytes_max)};
    attribution.campaigns[i] = {texts[i][0],
                                *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 40U),
                                {*any_uuid(), texts[i][1]},
                                {*any_uuid(), texts[i][2]}};
  }
  const std::string cookie = cookie_of(attribution, rotated_keys.signing());
  RC_ASSERT(cookie.size() <= limits::cookie_bytes_max);
  AttributionBuffer buffer;
  const auto read = verify_attribution(cookie, rotated_keys, buffer);
  RC_ASSERT(read.has_value());
  RC_ASSERT(is_same(*read, attribution));
}

// The size that common/README.md promises.
TEST(AttributionCookie, is_limited_in_size) {
  const std::string id(limits::id_bytes_max, 'i'), code(limits::code_bytes_max, 'c');
  Attribution attribution{.visitor = visitor};
  attribution.campaigns.fill({id, 1, {click, code}, {click, code}});
  attribution.campaign_count = attribution.campaigns.size();
  const SigningKey key = key_of(std::string(limits::key_id_bytes_max, 'k'), 0);
  EXPECT_EQ(cookie_of(attribution, key).size(), 993U);
}

RC_GTEST_PROP(AttributionCookie, never_verifies_when_changed, ()) {
  const std::string cookie = mutated(std::string{example_cookie});
  RC_PRE(cookie != example_cookie);
  RC_ASSERT(!verifies(cookie, rotated_keys));
}

TEST(AttributionCookie, refuses_other_forms) {
  const std::string cookie{example_cookie};
  for (const std::string& other :
       {std::string{}, std::string{"1"}, std::string{"1."}, std::string{"1.k1"},
        std::string{"1.k1."}, std::string{"1.k1.."}, std::string{"1..."}, std::string(3'000, 'A'),
        std::string{"2"}.append(cookie, 1), cookie.substr(0, cookie.size() - 1), cookie + "A",
        std::string{" "}.append(cookie), std::string{"1.k1."}.append(cookie, cookie.rfind('.') + 1),
        cookie.substr(0, cookie.rfind('.'))}) {
    EXPECT_FALSE(verifies(other)) << other;
  }
}

// What only a holder of the key can make is still read with care.
class SignedPayload : public testing::Test {
 protected:
  static bool verifies_signed(const std::string& payload) {
    const auto mac = example_keys.signing().mac.sign("waymark:wm_ref:1:", payload);
    std::string text(limits::cookie_bytes_max, '\0');
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
    char* end = write_base64url({bytes, payload.size()}, text.data());
    *end++ = '.';
    end = write_base64url(std::span{mac}.first<16>(), end);
    text.resize(static_cast<std::size_t>(end - text.data()));
    return verifies("1.k1." + text);
  }
  const std::string id = std::string(16, 'i');
  const std::string entry = std::string{"\1c"} + std::string(5, '\0') + id + "\1a" + id + "\1b";
};

TEST_F(SignedPayload, is_taken_when_whole) {
  EXPECT_TRUE(verifies_signed(id + '\0'));
  EXPECT_TRUE(verifies_signed(id + '\1' + entry));
  EXPECT_TRUE(verifies_signed(id + '\3' + entry + entry + entry));
}

TEST_F(SignedPayload, is_refused_when_impossible) {
  EXPECT_FALSE(verifies_signed(""));
  EXPECT_FALSE(verifies_signed(id));
  EXPECT_FALSE(verifies_signed(id + '\0' + "more"));
  EXPECT_FALSE(verifies_signed(id + '\4' + entry + entry + entry + entry));
  EXPECT_FALSE(verifies_signed(id + '\2' + entry));
  EXPECT_FALSE(verifies_signed(id + '\1' + '\0' + entry.substr(2))) << "empty campaign";
  EXPECT_FALSE(verifies_signed(id + '\1' + '\x41' + std::string(65, 'c') + entry.substr(2)));
  for (std::size_t cut = 0; cut < entry.size(); ++cut) {
    EXPECT_FALSE(verifies_signed(id + '\1' + entry.substr(0, cut))) << cut;
  }
}

}  // namespace
}  // namespace waymark
