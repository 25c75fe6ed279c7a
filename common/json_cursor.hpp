// Walks over one JSON text (RFC 8259), strictly and once, without building a tree. For the flat
// objects of click lines; use Boost.JSON for anything else.
#pragma once

#include <cstdint>
#include <string_view>

namespace waymark {

// Every function returns false, or nothing, at the first byte that is not JSON; the cursor is then
// of no further use.
class JsonCursor {
 public:
  // `scratch` must hold as many bytes as `text`; strings with escapes are decoded there.
  JsonCursor(std::string_view text, char* scratch) noexcept
      : at_(text.data()), end_(text.data() + text.size()), scratch_(scratch) {}

  void skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  bool at_end() const noexcept { return at_ == end_; }
  char peek() const noexcept { return at_ == end_ ? '\0' : *at_; }

  // Takes `c` when it is next.
  bool take(char c) noexcept {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  // A string. The view points into the text, or into the scratch memory when it holds escapes.
  // Valid UTF-8; lone surrogates and U+0000 become U+FFFD, since no store holds them.
  bool string(std::string_view& value) noexcept;

  // An integer from 0 to 2^53 - 1, without fraction and exponent.
  bool integer(std::uint64_t& value) noexcept;

  bool boolean(bool& value) noexcept;

  // Any value, nested at most `depth_max` deep; `raw` is its text.
  bool skip(std::string_view& raw) noexcept;
  static constexpr int depth_max = 32;

 private:
  bool skip_value(int depth) noexcept;
  bool skip_members(int depth) noexcept;
  bool skip_elements(int depth) noexcept;
  bool skip_string() noexcept;
  bool skip_number() noexcept;
  bool literal(std::string_view word) noexcept;
  // Moves over characters that need neither decoding nor checking.
  void skip_plain() noexcept;
  // Moves over one sequence of UTF-8 from 0x80 on.
  bool skip_sequence() noexcept;
  bool skip_escape() noexcept;
  bool decode_rest(const char* start, std::string_view& value) noexcept;
  bool decode_escape() noexcept;
  bool read_unit(std::uint32_t& unit) noexcept;

  const char* at_;
  const char* end_;
  char* scratch_;
};

}  // namespace waymark
