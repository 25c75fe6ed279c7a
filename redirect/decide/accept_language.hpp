// What visitors say in Accept-Language (RFC 9110 section 12.5.4): the languages they read, for the
// rules of links and for our own pages alike.
#pragma once

#include "common/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace waymark::redirect {

struct LanguageRange {
  std::string_view text;     // "de-AT", as it was sent
  std::string_view related;  // another language that its readers are served in; mostly empty

  // Whether a page in the language `tag` (BCP 47, either case) is for who asks for this: `de` for
  // de-AT, not the other way round (lookup, RFC 4647 section 3.4); `no` for nb and nn, `nb` for no.
  bool is_met_by(std::string_view tag) const noexcept;
};

// Points into the header. Parsed once, whatever is looked up in it.
class AcceptedLanguages {
 public:
  explicit AcceptedLanguages(std::string_view accept_language) noexcept;

  // The most wanted first, those wanted alike as they stand. Of a header with more than
  // limits::accepted_languages_max the first ones. `*` names no language; one without a weight that
  // can be read, or with weight 0, is not wanted.
  std::span<const LanguageRange> ranges() const noexcept { return {ranges_.data(), count_}; }

 private:
  void add(LanguageRange range, std::uint16_t weight) noexcept;

  std::array<LanguageRange, limits::accepted_languages_max> ranges_;
  std::array<std::uint16_t, limits::accepted_languages_max> weights_;
  std::size_t count_ = 0;
};

}  // namespace waymark::redirect
