#include "redirect/decide/answer.hpp"

#include "common/limits.hpp"
#include "common/percent.hpp"
#include "redirect/decide/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>

namespace waymark::redirect {
namespace {

char* put(char* out, std::string_view text) noexcept {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_number(char* out, std::uint64_t number) noexcept {
  const fmt::format_int digits{number};
  return put(out, {digits.data(), digits.size()});
}

bool is_reserved(std::string_view key) noexcept {
  return key == "c" || key == "s" || key.starts_with("wm_");
}

// By the campaign or by the landing page itself.
bool is_set_by_firm(std::string_view key, const Landing& landing,
                    const ResolvedCampaign& campaign) noexcept {
  return landing.sets(key) ||
         std::ranges::find(campaign.utm_names, key) != campaign.utm_names.end();
}

// Printable, yet not in a query of RFC 3986. A table: std::string_view's search would call memchr
// for each character.
constexpr auto not_in_queries = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view{"\"<>\\^`{|}"}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// `text` is printable ASCII without `#`, as every target is.
char* put_query_text(char* out, std::string_view text) noexcept {
  for (const char& c : text) {
    if (not_in_queries[static_cast<unsigned char>(c)]) {
      out = write_percent_encoded({&c, 1}, out);
    } else {
      *out++ = c;
    }
  }
  return out;
}

// The visitor's own parameters. Octets that a Location may not hold leave percent-encoded; names
// are compared by their keys, so that neither `%77m_click` nor `wm.click` slips past.
char* put_visitor_query(char* out, std::string_view query, const Landing& landing,
                        const ResolvedCampaign& campaign) noexcept {
  for_each_parameter(query, [&](const Parameter& parameter) {
    char buffer[limits::target_bytes_max];
    const std::string_view key = parameter_key(parameter.name, buffer);
    if (is_reserved(key) || is_set_by_firm(key, landing, campaign)) return;
    out = put_query_text(out, parameter.text);
    *out++ = '&';
  });
  return out;
}

char* put_token(char* out, const Decision& decision, const Signer& signer) noexcept {
  return write_click_token(decision.click, signer.key, signer.macs, out);
}

// Each mark of the head gives way to what this click knows.
char* put_head(char* out, const Decision& decision, const Signer& signer) noexcept {
  const Landing& landing = decision.landing;
  std::size_t done = 0;
  for (std::size_t i = 0; i < landing.marks.size() / LandingMark::bytes; ++i) {
    const LandingMark mark = landing.mark(i);
    out = put(out, landing.head.substr(done, mark.at - done));
    out = mark.kind == 'c' ? put_token(out, decision, signer) : put(out, decision.channel);
    done = mark.at;
  }
  return put(out, landing.head.substr(done));
}

char* put_location(char* out, const Decision& decision, const Request& request,
                   const ResolvedLink& link, const Signer& signer) noexcept {
  const Landing& landing = decision.landing;
  out = put_head(out, decision, signer);
  if (landing.joint != 0) *out++ = landing.joint;
  out = put(out, landing.utm);
  if (!request.query.empty() && link.query() == QueryPolicy::pass) {
    out = put_visitor_query(out, request.query, landing, *link.campaign);
  }
  out = put(out, "wm_click=");
  out = put_token(out, decision, signer);
  return put(out, landing.tail);
}

char* put_cookie(char* out, const Decision& decision, const DecideRules& rules,
                 std::string_view domain, const Signer& signer) noexcept {
  out = put(out, "\r\nSet-Cookie: wm_ref=");
  out = write_attribution(decision.attribution, signer.key, signer.macs, out);
  out = put(out, "; Path=/; Max-Age=");
  out = put_number(out, decision.cookie_seconds);
  if (!domain.empty()) {
    out = put(out, "; Domain=");
    out = put(out, domain);
  }
  return put(
      out, rules.secure_cookies ? "; HttpOnly; Secure; SameSite=Lax" : "; HttpOnly; SameSite=Lax");
}

constexpr std::string_view found_line = "HTTP/1.1 302 Found\r\n";

// What follows the Location and the cookie.
char* put_redirect_end(char* out, std::string_view referrer_policy, bool close) noexcept {
  out = put(out, "\r\nCache-Control: private, no-store\r\nReferrer-Policy: ");
  out = put(out, referrer_policy);
  return put(out, close ? "\r\nX-Robots-Tag: noindex\r\nConnection: close\r\n"
                          "Content-Length: 0\r\n\r\n"
                        : "\r\nX-Robots-Tag: noindex\r\nContent-Length: 0\r\n\r\n");
}

}  // namespace

void DateText::renew(std::uint64_t unix_seconds) noexcept {
  if (unix_seconds == second_) return;
  second_ = unix_seconds;
  const std::time_t time = static_cast<std::time_t>(unix_seconds);
  std::tm utc{};
  gmtime_r(&time, &utc);
  // Names are fixed by the RFC, whatever the locale.
  constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text =
      fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[utc.tm_wday], utc.tm_mday,
                  months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  std::ranges::copy(text.substr(0, text_.size()), text_.begin());
}

char* write_redirect(const Decision& decision, const Request& request, const ResolvedLink& link,
                     const DecideRules& rules, std::string_view cookie_domain, const Signer& signer,
                     std::string_view date, bool close, char* out) noexcept {
  const bool lands = decision.verdict == Verdict::land;
  out = put(out, lands ? link.status_line() : found_line);
  out = put(out, "Date: ");
  out = put(out, date);
  out = put(out, "\r\nLocation: ");
  out = lands ? put_location(out, decision, request, link, signer) : put(out, decision.fallback);
  if (decision.set_cookie) out = put_cookie(out, decision, rules, cookie_domain, signer);
  return put_redirect_end(out, link.campaign->record.referrer_policy, close);
}

char* write_fallback(std::string_view url, std::string_view date, bool close, char* out) noexcept {
  out = put(out, found_line);
  out = put(out, "Date: ");
  out = put(out, date);
  out = put(out, "\r\nLocation: ");
  out = put(out, url);
  return put_redirect_end(out, "strict-origin-when-cross-origin", close);
}

}  // namespace waymark::redirect
