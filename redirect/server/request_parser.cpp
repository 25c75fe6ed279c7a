#include "redirect/server/request_parser.hpp"

#include "common/limits.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <array>
#include <cstring>

namespace waymark::redirect {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::iequals;
using BeastView = boost::beast::string_view;

std::string_view view(BeastView text) noexcept {
  return {text.data(), text.size()};
}

bool starts_with_word(std::string_view text, std::string_view word) noexcept {
  return text.size() >= word.size() && iequals({text.data(), word.size()}, word);
}

class RequestParser final : public http::basic_parser<true> {
 public:
  RequestParser(std::string_view header, Request& request) noexcept
      : header_(header), request_(request) {
    header_limit(static_cast<std::uint32_t>(limits::header_bytes_max));
  }

 private:
  void on_request_impl(http::verb verb, BeastView, BeastView target, int version,
                       error_code&) override {
    request_.method = verb == http::verb::get    ? Method::get
                      : verb == http::verb::head ? Method::head
                                                 : Method::other;
    request_.target = view(target);
    request_.http10 = version == 10;
  }

  void on_field_impl(http::field name, BeastView name_text, BeastView value_text,
                     error_code& error) override {
    const std::string_view value = view(value_text);
    // Beast joins folded lines in a buffer of its own, which is gone when put() returns.
    if (!value.empty() &&
        (value.data() < header_.data() || value.data() >= header_.data() + header_.size())) {
      error = http::error::bad_obs_fold;
      return;
    }
    switch (name) {
      case http::field::host:
        request_.host_field = value;
        if (request_.host_fields < 2) ++request_.host_fields;
        break;
      case http::field::user_agent:
        keep_first(request_.user_agent, value);
        break;
      case http::field::referer:
        keep_first(request_.referer, value);
        break;
      case http::field::accept_language:
        keep_first(request_.accept_language, value);
        break;
      case http::field::cookie:
        if (request_.cookie_count < Request::cookies_max) {
          request_.cookies[request_.cookie_count++] = value;
        }
        break;
      case http::field::transfer_encoding:
        request_.content = true;
        break;
      case http::field::content_length:
        if (value != "0") request_.content = true;
        break;
      case http::field::sec_fetch_mode:
        request_.fetch_mode = value;
        break;
      case http::field::sec_fetch_dest:
        request_.fetch_dest = value;
        break;
      case http::field::unknown:
        on_unlisted_field(view(name_text), value);
        break;
      default:
        break;
    }
  }

  // Fields that Beast has no number for. The first byte and the size keep other fields cheap.
  void on_unlisted_field(std::string_view name, std::string_view value) noexcept {
    const char first = static_cast<char>(name.front() | 0x20);
    if (first == 's' && name.size() >= 7 && iequals({name.data(), 4}, "sec-")) {
      const std::string_view rest = name.substr(4);
      if (iequals(rest, "gpc")) {
        request_.opted_out = value == "1";
      } else if (iequals(rest, "purpose")) {
        request_.prefetch |= starts_with_word(value, "prefetch");
      }
    } else if (first == 'p' && iequals(name, "purpose")) {
      request_.prefetch |= starts_with_word(value, "prefetch");
    } else if (first == 'x' && iequals(name, "x-moz")) {
      request_.prefetch |= starts_with_word(value, "prefetch");
    } else if (first == 'x' && iequals(name, "x-purpose")) {
      request_.prefetch |=
          starts_with_word(value, "prefetch") || starts_with_word(value, "preview");
    }
  }

  static void keep_first(std::string_view& field, std::string_view value) noexcept {
    if (field.data() == nullptr) field = value;
  }

  void on_header_impl(error_code&) override { request_.keep_alive = keep_alive(); }
  void on_response_impl(int, BeastView, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastView body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  std::string_view header_;
  Request& request_;
};

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// A request line that is well formed but for a version other than 1.0 and 1.1.
bool has_other_version(std::string_view header) noexcept {
  const std::string_view line = header.substr(0, header.find('\r'));
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view version = line.substr(space + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
         version[6] == '.' && is_digit(version[7]) && version != "HTTP/1.0" &&
         version != "HTTP/1.1";
}

bool breaks_line_rules(std::string_view bytes, std::size_t from) noexcept {
  for (std::size_t at = from; at < bytes.size(); ++at) {
    if (bytes[at] == '\n' && (at == 0 || bytes[at - 1] != '\r')) return true;
    if (bytes[at] == '\r' && at + 1 < bytes.size() && bytes[at + 1] != '\n') return true;
  }
  return false;
}

// The complete lines so far with an empty line behind them are judged like a whole header.
Refusal judge_lines(std::string_view lines) noexcept {
  std::array<char, limits::header_bytes_max + 2> header;
  std::memcpy(header.data(), lines.data(), lines.size());
  std::memcpy(header.data() + lines.size(), "\r\n", 2);
  Request ignored;
  return parse_request({header.data(), lines.size() + 2}, ignored);
}

}  // namespace

std::size_t find_header_end(std::string_view bytes, std::size_t searched) noexcept {
  const std::size_t from = searched < 3 ? 0 : searched - 3;
  if (bytes.size() < from + 4) return 0;
  const void* end = memmem(bytes.data() + from, bytes.size() - from, "\r\n\r\n", 4);
  if (end == nullptr) return 0;
  return static_cast<std::size_t>(static_cast<const char*>(end) - bytes.data()) + 4;
}

Refusal parse_request(std::string_view header, Request& request) noexcept {
  RequestParser parser{header, request};
  error_code error;
  parser.put(boost::asio::buffer(header.data(), header.size()), error);
  if (!error && parser.is_header_done()) return Refusal::none;
  if (error == http::error::bad_version && has_other_version(header)) {
    return Refusal::version_not_supported;
  }
  return Refusal::bad_request;
}

Refusal check_partial_header(std::string_view bytes, std::size_t& checked) noexcept {
  if (breaks_line_rules(bytes, checked == 0 ? 0 : checked - 1)) return Refusal::bad_request;
  const std::size_t old_line_end = bytes.substr(0, checked).rfind('\n');
  const std::size_t line_end = bytes.rfind('\n');
  checked = bytes.size();
  if (line_end == std::string_view::npos) {
    if (bytes.size() > limits::target_bytes_max + 32) return Refusal::target_too_long;
    return Refusal::none;
  }
  if (bytes.size() >= limits::header_bytes_max) return Refusal::header_too_large;
  if (line_end == old_line_end) return Refusal::none;
  return judge_lines(bytes.substr(0, line_end + 1));
}

}  // namespace waymark::redirect
