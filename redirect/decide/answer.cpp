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

bool is_reserved(std::string_view name) noexcept {
  return name == "c" || name == "s" || name.starts_with("wm_");
}

// By the campaign or by the landing page itself. `name` is decoded.
bool is_set_by_firm(std::string_view name, const Landing& landing,
                    const ResolvedCampaign& campaign) noexcept {
  return landing.sets(name) ||
         std::ranges::find(campaign.utm_names, name) != campaign.utm_names.end();
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
// are compared decoded, so that `%77m_click` does not slip past.
char* put_visitor_query(char* out, std::string_view query, const Landing& landing,
                        const ResolvedCampaign& campaign) noexcept {
  for_each_parameter(query, [&](const Parameter& parameter) {
    char decoded[limits::target_bytes_max];
    const std::string_view name{
        decoded, static_cast<std::size_t>(write_form_decoded(parameter.name, decoded) - decoded)};
    if (is_reserved(name) || is_set_by_firm(name, landing, campaign)) return;
    out = put_query_text(out, parameter.text);
    *out++ = '&';
  });
  return out;
}

// Each mark of the head gives way to what this click knows.
char* put_head(char* out, const Landing& landing, std::string_view token,
               std::string_view channel) noexcept {
  std::size_t done = 0;
  for (std::size_t i = 0; i < landing.marks.size() / LandingMark::bytes; ++i) {
    const LandingMark mark = landing.mark(i);
    out = put(out, landing.head.substr(done, mark.at - done));
    out = put(out, mark.kind == 'c' ? token : channel);
    done = mark.at;
  }
  return put(out, landing.head.substr(done));
}

char* put_location(char* out, const Decision& decision, const Request& request,
                   const ResolvedLink& link, const SigningKey& key) noexcept {
  char token[click_token_bytes];
  write_click_token(decision.click, key, token);
  const std::string_view token_text{token, sizeof token};
  const Landing& landing = decision.landing;
  out = put_head(out, landing, token_text, decision.channel);
  if (landing.joint != 0) *out++ = landing.joint;
  out = put(out, landing.utm);
  if (!request.query.empty() && link.query() == QueryPolicy::pass) {
    out = put_visitor_query(out, request.query, landing, *link.campaign);
  }
  out = put(out, "wm_click=");
  out = put(out, token_text);
  return put(out, landing.tail);
}

char* put_cookie(char* out, const Decision& decision, const DecideRules& rules,
                 std::string_view domain, const SigningKey& key) noexcept {
  out = put(out, "\r\nSet-Cookie: wm_ref=");
  out = write_attribution(decision.attribution, key, out);
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

struct Page {
  unsigned status;
  std::string_view status_line;
  std::string_view extra;  // further header lines
  std::string_view body;
};

#define WAYMARK_PAGE(title, sentence)                                                         \
  "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"                                 \
  "<meta name=\"viewport\" content=\"width=device-width\"><title>" title "</title><h1>" title \
  "</h1><p>" sentence "</p></html>\n"

constexpr std::array<Page, 10> pages{{
    {404, "HTTP/1.1 404 Not Found\r\n", "",
     WAYMARK_PAGE("Link not found", "Please check the link for typing mistakes.")},
    {410, "HTTP/1.1 410 Gone\r\n", "",
     WAYMARK_PAGE("Link no longer active", "This link has ended or is paused.")},
    {429, "HTTP/1.1 429 Too Many Requests\r\n", "Retry-After: 1\r\n",
     WAYMARK_PAGE("Too many requests", "Please try again in a moment.")},
    {503, "HTTP/1.1 503 Service Unavailable\r\n", "Retry-After: 1\r\n",
     WAYMARK_PAGE("Try again shortly", "This link cannot be looked up right now.")},
    {400, "HTTP/1.1 400 Bad Request\r\n", "",
     WAYMARK_PAGE("Bad request", "The request is not valid HTTP.")},
    {405, "HTTP/1.1 405 Method Not Allowed\r\n", "Allow: GET, HEAD\r\n",
     WAYMARK_PAGE("Method not allowed", "Links answer GET and HEAD.")},
    {413, "HTTP/1.1 413 Content Too Large\r\n", "",
     WAYMARK_PAGE("Content not accepted", "Requests for links carry no content.")},
    {414, "HTTP/1.1 414 URI Too Long\r\n", "",
     WAYMARK_PAGE("Address too long", "The address is longer than 4 KiB.")},
    {431, "HTTP/1.1 431 Request Header Fields Too Large\r\n", "",
     WAYMARK_PAGE("Header too large", "The request header is longer than 8 KiB.")},
    {505, "HTTP/1.1 505 HTTP Version Not Supported\r\n", "",
     WAYMARK_PAGE("HTTP version not supported", "Please use HTTP/1.1.")},
}};
#undef WAYMARK_PAGE

const Page& page_of(unsigned status) noexcept {
  const auto page = std::ranges::find(pages, status, &Page::status);
  return page == pages.end() ? *std::ranges::find(pages, 400U, &Page::status) : *page;
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
                     const DecideRules& rules, std::string_view cookie_domain,
                     const SigningKey& key, std::string_view date, bool close, char* out) noexcept {
  const bool lands = decision.verdict == Verdict::land;
  out = put(out, lands ? link.status_line() : found_line);
  out = put(out, "Date: ");
  out = put(out, date);
  out = put(out, "\r\nLocation: ");
  out = lands ? put_location(out, decision, request, link, key) : put(out, decision.fallback);
  if (decision.set_cookie) out = put_cookie(out, decision, rules, cookie_domain, key);
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

char* write_page(unsigned status, std::string_view date, bool close, bool head,
                 char* out) noexcept {
  const Page& page = page_of(status);
  out = put(out, page.status_line);
  out = put(out, "Date: ");
  out = put(out, date);
  out = put(out,
            "\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
            "X-Robots-Tag: noindex\r\n");
  out = put(out, page.extra);
  if (close) out = put(out, "Connection: close\r\n");
  out = put(out, "Content-Length: ");
  out = put_number(out, page.body.size());
  out = put(out, "\r\n\r\n");
  return head ? out : put(out, page.body);
}

}  // namespace waymark::redirect
