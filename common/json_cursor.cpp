#include "common/json_cursor.hpp"

#include "common/hex.hpp"
#include "common/json_text.hpp"
#include "common/utf8.hpp"

#include <bit>
#include <cstring>

namespace waymark {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_high_surrogate(std::uint32_t unit) noexcept {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low_surrogate(std::uint32_t unit) noexcept {
  return unit >= 0xdc00 && unit < 0xe000;
}

// What a one-letter escape stands for, or 0.
char simple_escape(char letter) noexcept {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

}  // namespace

void JsonCursor::skip_plain() noexcept {
#if defined(__SSE2__)
  while (end_ - at_ >= 16) {
    const unsigned special =
        special_json_mask(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at_)));
    if (special != 0) {
      at_ += std::countr_zero(special);
      return;
    }
    at_ += 16;
  }
#endif
  while (at_ != end_ && is_plain_json(*at_)) ++at_;
}

bool JsonCursor::skip_sequence() noexcept {
  if (static_cast<std::uint8_t>(*at_) < 0x80) return false;  // a raw control character
  const std::size_t size = utf8_sequence_bytes(at_, end_);
  at_ += size;
  return size != 0;
}

bool JsonCursor::string(std::string_view& value) noexcept {
  if (!take('"')) return false;
  const char* const start = at_;
  while (true) {
    skip_plain();
    if (at_ == end_) return false;
    if (*at_ == '"') {
      value = {start, static_cast<std::size_t>(at_ - start)};
      ++at_;
      return true;
    }
    if (*at_ == '\\') return decode_rest(start, value);
    if (!skip_sequence()) return false;
  }
}

// At the first backslash of a string that began at `start`: the scratch memory takes over. Decoded
// text is never longer than its escapes, so the memory suffices for all strings of the text.
bool JsonCursor::decode_rest(const char* start, std::string_view& value) noexcept {
  char* const decoded = scratch_;
  const char* copied = start;
  const auto copy_up_to_here = [&] {
    const auto size = static_cast<std::size_t>(at_ - copied);
    std::memcpy(scratch_, copied, size);
    scratch_ += size;
  };
  while (true) {
    skip_plain();
    if (at_ == end_) return false;
    if (*at_ == '"') {
      copy_up_to_here();
      ++at_;
      value = {decoded, static_cast<std::size_t>(scratch_ - decoded)};
      return true;
    }
    if (*at_ == '\\') {
      copy_up_to_here();
      if (!decode_escape()) return false;
      copied = at_;
    } else if (!skip_sequence()) {
      return false;
    }
  }
}

bool JsonCursor::decode_escape() noexcept {
  ++at_;
  if (at_ == end_) return false;
  if (*at_ != 'u') {
    const char c = simple_escape(*at_++);
    *scratch_++ = c;
    return c != '\0';
  }
  ++at_;
  std::uint32_t point = 0;
  if (!read_unit(point)) return false;
  if (is_high_surrogate(point)) {
    std::uint32_t low = 0;
    const char* const after_high = at_;
    if (take('\\') && take('u') && read_unit(low) && is_low_surrogate(low)) {
      point = 0x10000 + ((point - 0xd800) << 10U) + (low - 0xdc00);
    } else {
      at_ = after_high;  // what follows is read for itself, and refused there if it is not JSON
      point = replacement_character;
    }
  } else if (is_low_surrogate(point) || point == 0) {
    point = replacement_character;
  }
  scratch_ = write_utf8(point, scratch_);
  return true;
}

bool JsonCursor::read_unit(std::uint32_t& unit) noexcept {
  if (end_ - at_ < 4) return false;
  const unsigned high = read_hex_pair(at_);
  const unsigned low = read_hex_pair(at_ + 2);
  if (high > 0xff || low > 0xff) return false;
  unit = high << 8U | low;
  at_ += 4;
  return true;
}

bool JsonCursor::integer(std::uint64_t& value) noexcept {
  constexpr std::ptrdiff_t digits_max = 16;
  constexpr std::uint64_t value_max = (std::uint64_t{1} << 53U) - 1;
  const char* const start = at_;
  value = 0;
  while (at_ != end_ && is_digit(*at_)) {
    if (at_ - start == digits_max) return false;
    value = value * 10 + static_cast<std::uint64_t>(*at_++ - '0');
  }
  const bool leading_zero = at_ - start > 1 && *start == '0';
  const char next = peek();
  return at_ != start && !leading_zero && value <= value_max && next != '.' && next != 'e' &&
         next != 'E';
}

bool JsonCursor::boolean(bool& value) noexcept {
  value = peek() == 't';
  return literal(value ? "true" : "false");
}

bool JsonCursor::literal(std::string_view word) noexcept {
  if (static_cast<std::size_t>(end_ - at_) < word.size()) return false;
  if (std::memcmp(at_, word.data(), word.size()) != 0) return false;
  at_ += word.size();
  return true;
}

bool JsonCursor::skip(std::string_view& raw) noexcept {
  const char* const start = at_;
  if (!skip_value(depth_max)) return false;
  raw = {start, static_cast<std::size_t>(at_ - start)};
  return true;
}

bool JsonCursor::skip_value(int depth) noexcept {
  switch (peek()) {
    case '"':
      return skip_string();
    case '{':
      return depth > 0 && skip_members(depth - 1);
    case '[':
      return depth > 0 && skip_elements(depth - 1);
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return skip_number();
  }
}

bool JsonCursor::skip_members(int depth) noexcept {
  ++at_;
  skip_space();
  if (take('}')) return true;
  do {
    skip_space();
    if (peek() != '"' || !skip_string()) return false;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    if (!skip_value(depth)) return false;
    skip_space();
  } while (take(','));
  return take('}');
}

bool JsonCursor::skip_elements(int depth) noexcept {
  ++at_;
  skip_space();
  if (take(']')) return true;
  do {
    skip_space();
    if (!skip_value(depth)) return false;
    skip_space();
  } while (take(','));
  return take(']');
}

bool JsonCursor::skip_string() noexcept {
  ++at_;
  while (true) {
    skip_plain();
    if (at_ == end_) return false;
    if (take('"')) return true;
    if (!(*at_ == '\\' ? skip_escape() : skip_sequence())) return false;
  }
}

bool JsonCursor::skip_escape() noexcept {
  ++at_;
  if (at_ == end_) return false;
  if (*at_ != 'u') return simple_escape(*at_++) != '\0';
  ++at_;
  std::uint32_t unit = 0;
  return read_unit(unit);
}

bool JsonCursor::skip_number() noexcept {
  const auto digits = [this] {
    const char* const start = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != start;
  };
  take('-');
  if (!take('0') && !digits()) return false;
  if (take('.') && !digits()) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (!digits()) return false;
  }
  return true;
}

}  // namespace waymark
