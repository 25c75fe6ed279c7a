#include "loadtest/mix/targets.hpp"

#include "loadtest/mix/text.hpp"

#include <array>
#include <cctype>

namespace waymark::mix {
namespace {

constexpr std::array<std::string_view, 9> channels{
    "whatsapp", "whatsapp", "email", "facebook", "instagram", "qr", "telegram", "linkedin", "copy"};
constexpr std::array<std::string_view, 5> sources{"newsletter", "facebook", "whatsapp", "google",
                                                  "partner_portal"};

std::string escaped(char c) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {'%', hex[byte >> 4U], hex[byte & 15U]};
}

std::string capitals(Random& random, std::string_view code) {
  std::string result{code};
  const bool all = random.chance(0.3);
  for (std::size_t i = 0; i < (all ? result.size() : 1); ++i) {
    result[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(result[i])));
  }
  return result;
}

std::string channel_query(Random& random) {
  std::string query = join({"?c=", random.pick(channels)});
  if (random.chance(0.5)) query += join({"&s=", random.text(8, lower_alphanumeric)});
  return query;
}

std::string utm_query(Random& random) {
  std::string query = join({"?utm_source=", random.pick(sources),
                            random.chance(0.5) ? "&utm_medium=email" : "&utm_medium=social",
                            "&utm_campaign=friends_", random.text(4, digits)});
  if (random.chance(0.3)) query += join({"&utm_content=button-", random.text(1, digits)});
  if (random.chance(0.2)) query += join({"&sub1=", random.text(10, lower_alphanumeric)});
  return query;
}

std::string network_query(Random& random, bool in_app) {
  if (in_app) return join({"?fbclid=IwZXh0bgNhZW0CMTEAAR", random.text(50, base64url)});
  return join({"?gclid=Cj0KCQiA", random.text(70, base64url), "&gad_source=1"});
}

// One to three kilobytes, as mail services and ad networks stack them.
std::string long_query(Random& random) {
  std::string query = utm_query(random);
  const std::size_t size = 1'000 + random.below(2'000);
  while (query.size() < size) {
    query +=
        join({"&p", random.text(3, digits), "=", random.text(20 + random.below(80), base64url)});
  }
  return query;
}

std::string odd_query(Random& random) {
  constexpr std::array<std::string_view, 10> odd{
      "?",
      "?&&c=email&&",
      "?c",
      "?c=&s=",
      "?c=%77hatsapp",
      "?c=WhatsApp&c=email",
      "?utm_campaign=Fr%C3%BChling+2026&utm_source=b%C3%A4r",
      "?wm_click=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "?next=https%3A%2F%2Fevil.example%2F",
      "?a=%3Cscript%3Ealert(1)%3C%2Fscript%3E&utm_term=%22quoted%22"};
  return std::string{random.pick(odd)};
}

}  // namespace

std::string spell_code(Random& random, std::string_view code) {
  const double form = random.real();
  if (form < 0.93) return std::string{code};
  if (form < 0.96) return capitals(random, code);
  if (form < 0.985) {
    constexpr std::string_view trailing = "/.,;:!)'";
    return std::string{code} + trailing[random.below(trailing.size())];
  }
  const std::size_t at = random.below(code.size());
  return join({code.substr(0, at), escaped(code[at]), code.substr(at + 1)});
}

std::string draw_query(Random& random, bool in_app) {
  if (in_app && random.chance(0.5)) return network_query(random, true);
  const double form = random.real();
  if (form < 0.42) return {};
  if (form < 0.72) return channel_query(random);
  if (form < 0.88) return utm_query(random);
  if (form < 0.95) return network_query(random, in_app);
  if (form < 0.98) return long_query(random);
  return odd_query(random);
}

std::string unknown_path(Random& random) {
  constexpr std::array<std::string_view, 12> probes{"wp-admin",
                                                    "wp-login.php",
                                                    ".env",
                                                    "admin",
                                                    "login",
                                                    "api/v1/users",
                                                    "index.php",
                                                    ".git/config",
                                                    "phpmyadmin/",
                                                    "a%00b",
                                                    "..%2f..%2fetc%2fpasswd",
                                                    "xmlrpc.php"};
  const double form = random.real();
  if (form < 0.5)
    return join({"typo-", random.text(2, digits)});  // the same hundred, again and again
  if (form < 0.75) return join({"no-", random.text(9, lower_alphanumeric)});
  if (form < 0.95) return std::string{random.pick(probes)};
  return random.text(80 + random.below(200), lower_alphanumeric);  // longer than any code
}

}  // namespace waymark::mix
