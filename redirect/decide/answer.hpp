// Writes redirects from pre-rendered parts into a buffer; pages are written by PageBook. No
// allocation.
#pragma once

#include "redirect/decide/decide.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redirect {

// `Date` of the answers (RFC 9110 section 6.6.1); renewed once a second by its thread.
class DateText {
 public:
  void renew(std::uint64_t unix_seconds) noexcept;
  std::string_view text() const noexcept { return {text_.data(), text_.size()}; }

 private:
  std::uint64_t second_ = 0;
  std::array<char, 29> text_{};  // "Sun, 22 Nov 2026 12:00:00 GMT"
};

// Answers whose MACs fill one batch: a redirect has two, its click token and its cookie.
inline constexpr std::size_t gathered_max = MacBatch::macs_max / 2;

// Who signs what an answer carries, which may go out only after the batch's finish().
struct Signer {
  const SigningKey& key;
  MacBatch& macs;
};

// The redirect of a decision whose verdict is land or divert; at most limits::answer_bytes_max.
// Returns the end. `close` adds `Connection: close`. `cookie_domain` is the cookie's Domain, or
// empty.
char* write_redirect(const Decision& decision, const Request& request, const ResolvedLink& link,
                     const DecideRules& rules, std::string_view cookie_domain, const Signer& signer,
                     std::string_view date, bool close, char* out) noexcept;

// A redirect that is no click: 302 to `url`, which was validated with its record.
char* write_fallback(std::string_view url, std::string_view date, bool close, char* out) noexcept;

}  // namespace waymark::redirect
