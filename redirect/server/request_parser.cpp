#include "redirect/server/request_parser.hpp"

#include "common/limits.hpp"
#include "redirect/server/line_scan.hpp"

#include <cstring>
#include <memory>

namespace waymark::redirect {
namespace {

constexpr std::ptrdiff_t request_line_bytes_max =
    limits::target_bytes_max + 32;  // with method and version

bool is_token(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (char c : text) {
    if (!token_octets[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Octets of a token and of `lower`, letters and hyphens in lower case: those that differ in bit 5
// alone are a letter's two cases, since what differs from a hyphen there is a control.
template <typename Word>
bool is_word(const char* text, const char* lower) noexcept {
  constexpr auto case_bits = static_cast<Word>(0x2020202020202020U);
  Word a, b;
  std::memcpy(&a, text, sizeof a);
  std::memcpy(&b, lower, sizeof b);
  return (a | case_bits) == b;
}

// `text` is a token of the size of `lower`. Two words cover it, overlapping where they must.
template <std::size_t bytes_with_end>
bool is_name(std::string_view text, const char (&lower)[bytes_with_end]) noexcept {
  constexpr std::size_t bytes = bytes_with_end - 1;
  static_assert(bytes >= 4);
  if constexpr (bytes <= 8) {
    return is_word<std::uint32_t>(text.data(), lower) &&
           is_word<std::uint32_t>(text.data() + bytes - 4, lower + bytes - 4);
  } else {
    constexpr std::size_t last = bytes - 8;
    return is_word<std::uint64_t>(text.data(), lower) &&
           (bytes <= 16 || is_word<std::uint64_t>(text.data() + 8, lower + 8)) &&
           is_word<std::uint64_t>(text.data() + last, lower + last);
  }
}

// The same for text that is no token; `lower` is in lower case.
bool is_text(std::string_view text, std::string_view lower) noexcept {
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) != lower[i]) return false;
  }
  return true;
}

bool starts_with_word(std::string_view text, std::string_view lower) noexcept {
  return text.size() >= lower.size() && is_text(text, lower);
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A list of tokens (RFC 9110 section 7.6.1); false when it is none.
bool take_connection(Request& request, std::string_view value) noexcept {
  if (value == "keep-alive") return true;  // which is nearly all there is
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    const std::string_view option = trimmed(value.substr(0, comma));
    if (!option.empty() && !is_token(option)) return false;
    if (option.size() == 5 && is_text(option, "close")) request.keep_alive = false;
    value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
  }
  return true;
}

// A Content-Length is one number; several must be the same (RFC 9112 section 6.3).
bool take_length(Request& request, std::string_view value) noexcept {
  if (value.empty()) return false;
  for (char c : value) {
    if (!is_digit(c)) return false;
  }
  if (request.content_length.data() != nullptr && request.content_length != value) return false;
  request.content_length = value;
  request.content |= value != "0";
  return true;
}

// `chunked` counts only once, as the last coding (RFC 9112 section 6.3): with anything behind it,
// nobody can tell where the content ends.
bool take_codings(Request& request, std::string_view value) noexcept {
  request.coded = request.content = true;
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    const std::string_view coding = trimmed(value.substr(0, comma));
    if (!coding.empty() && request.chunked) return false;
    request.chunked |= coding.size() == 7 && is_text(coding, "chunked");
    value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
  }
  return true;
}

// Content that may begin and end in two places, depending on who reads, breaks the message.
bool is_framed(const Request& request) noexcept {
  if (!request.coded) return true;
  return request.chunked && !request.http10 && request.content_length.data() == nullptr;
}

void keep_first(std::string_view& field, std::string_view value) noexcept {
  if (field.data() == nullptr) field = value;
}

// Takes note of the fields that matter; false when one of them breaks the message. The size of a
// name decides first, which spares most fields a comparison.
bool take_field(Request& request, ForwardedLines* forwarded, std::string_view name,
                std::string_view value) noexcept {
  switch (name.size()) {
    case 4:
      if (is_name(name, "host")) {
        request.host_field = value;
        if (request.host_fields < 2) ++request.host_fields;
      }
      break;
    case 5:
      if (is_name(name, "x-moz")) request.prefetch |= starts_with_word(value, "prefetch");
      break;
    case 6:
      if (is_name(name, "cookie") && request.cookie_count < Request::cookies_max) {
        request.cookies[request.cookie_count++] = value;
      }
      break;
    case 7:
      if (is_name(name, "referer")) keep_first(request.referer, value);
      if (is_name(name, "sec-gpc")) request.opted_out |= value == "1";
      if (is_name(name, "purpose")) request.prefetch |= starts_with_word(value, "prefetch");
      break;
    case 9:
      if (forwarded != nullptr && forwarded->wanted() == ForwardHeader::forwarded &&
          is_name(name, "forwarded")) {
        forwarded->add(value);
      }
      if (is_name(name, "x-purpose")) {
        request.prefetch |=
            starts_with_word(value, "preview") || starts_with_word(value, "prefetch");
      }
      break;
    case 10:
      if (is_name(name, "user-agent")) keep_first(request.user_agent, value);
      if (is_name(name, "connection")) return take_connection(request, value);
      break;
    case 11:
      if (is_name(name, "sec-purpose")) request.prefetch |= starts_with_word(value, "prefetch");
      break;
    case 14:
      if (is_name(name, "sec-fetch-mode")) request.fetch_mode = value;
      if (is_name(name, "sec-fetch-dest")) request.fetch_dest = value;
      if (is_name(name, "content-length")) return take_length(request, value);
      break;
    case 15:
      if (forwarded != nullptr && forwarded->wanted() == ForwardHeader::x_forwarded_for &&
          is_name(name, "x-forwarded-for")) {
        forwarded->add(value);
      }
      if (is_name(name, "accept-language")) keep_first(request.accept_language, value);
      break;
    case 17:
      if (is_name(name, "transfer-encoding")) return take_codings(request, value);
      break;
    default:
      break;
  }
  return true;
}

Method method_of(std::string_view received) noexcept {
  if (received.starts_with("GET ")) return Method::get;
  return received.starts_with("HEAD ") ? Method::head : Method::other;
}

Refusal take_request_line(Request& request, std::string_view line) noexcept {
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos) return Refusal::bad_request;
  const std::size_t last = line.find(' ', first + 1);
  if (last == std::string_view::npos || last == first + 1) return Refusal::bad_request;
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(last + 1);
  request.target = line.substr(first + 1, last - first - 1);
  if (request.method == Method::other && !is_token(method)) return Refusal::bad_request;
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return Refusal::bad_request;
  }
  // A higher minor version is served as 1.1 (RFC 9110 section 6.2).
  if (version[5] != '1') return Refusal::version_not_supported;
  request.http10 = version[7] == '0';
  request.keep_alive = !request.http10;
  return Refusal::none;
}

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

// The line [at, stop) with the CR at `stop`; octets may be read up to `end`. Folded lines start
// with white space, which is no token: they are refused here, too.
template <class Scan>
bool take_field_line(Request& request, ForwardedLines* forwarded, const char* at, const char* stop,
                     const char* end) noexcept {
  const char* colon = at + Scan::token_run(at, end);
  if (*colon != ':') {
    while (token_octets[static_cast<unsigned char>(*colon)]) ++colon;
    if (*colon != ':') return false;
  }
  if (colon == at) return false;
  // Neither leaves the line: there is the colon in front, and the CR behind.
  const char* value = colon + 1;
  while (is_blank(*value)) ++value;
  const char* value_end = stop;
  while (value_end > value && is_blank(value_end[-1])) --value_end;
  return take_field(request, forwarded, {at, static_cast<std::size_t>(colon - at)},
                    {value, static_cast<std::size_t>(value_end - value)});
}

// What to say of a line that does not end at `stop` with CR LF, as far as it was received.
Parsed unended(std::string_view received, const char* stop) noexcept {
  const char* const end = received.data() + received.size();
  const bool ended = stop == end || (*stop == '\r' && end - stop == 1);
  if (!ended) return {Refusal::bad_request, 0};
  if (received.size() < limits::header_bytes_max) return {};
  return {Refusal::header_too_large, 0};
}

template <class Scan>
Parsed parse(std::string_view received, Request& request, ForwardedLines* forwarded) noexcept {
  std::construct_at(&request);  // in its place: nothing is copied
  request.method = method_of(received);
  if (forwarded != nullptr) forwarded->clear();
  const char* const begin = received.data();
  const char* const end = begin + received.size();
  ControlScan<Scan> controls{begin, end};
  const auto ends_line = [end](const char* stop) {
    return end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n';
  };

  const char* stop = controls.next();
  if (stop - begin > request_line_bytes_max) return {Refusal::target_too_long, 0};
  if (!ends_line(stop)) return unended(received, stop);
  const Refusal refusal =
      take_request_line(request, {begin, static_cast<std::size_t>(stop - begin)});
  if (refusal != Refusal::none) return {refusal, 0};
  for (;;) {
    const char* const at = stop + 2;
    controls.next();  // the LF
    stop = controls.next();
    if (!ends_line(stop)) return unended(received, stop);
    if (stop == at) break;
    if (!take_field_line<Scan>(request, forwarded, at, stop, end)) {
      return {Refusal::bad_request, 0};
    }
  }
  if (!is_framed(request)) return {Refusal::bad_request, 0};
  return {Refusal::none, static_cast<std::size_t>(stop + 2 - begin)};
}

#if defined(__x86_64__)
[[gnu::target("avx2,bmi,bmi2"), gnu::flatten]] Parsed parse_avx2(
    std::string_view received, Request& request, ForwardedLines* forwarded) noexcept {
  return parse<Avx2Scan>(received, request, forwarded);
}

const bool has_avx2 =
    (__builtin_cpu_init(), __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) != 0;
#endif

}  // namespace

Parsed parse_request(std::string_view received, Request& request,
                     ForwardedLines* forwarded) noexcept {
#if defined(__x86_64__)
  if (has_avx2) return parse_avx2(received, request, forwarded);
#endif
  return parse<PlainScan>(received, request, forwarded);
}

}  // namespace waymark::redirect
