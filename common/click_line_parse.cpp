#include "common/click_line.hpp"
#include "common/click_line_fields.hpp"
#include "common/json_cursor.hpp"
#include "common/limits.hpp"

#include <array>

namespace waymark {

using detail::LineField;

// Decoded strings of one line; they cannot be longer than the line.
struct ClickLineParser::Memory {
  std::array<char, limits::click_line_bytes_max> decoded;
};

ClickLineParser::ClickLineParser() : memory_(std::make_unique<Memory>()) {}
ClickLineParser::~ClickLineParser() = default;

namespace {

// Coarse classes and codes that we choose ourselves, addresses included.
constexpr std::size_t word_bytes_max = 64;
// The edge caps what the visitor sent; each byte that is not UTF-8 then grows to the three of
// U+FFFD.
constexpr std::size_t user_agent_bytes_max = 3 * limits::user_agent_bytes_max;

class LineReader {
 public:
  LineReader(std::string_view line, char* scratch) noexcept : in_(line, scratch) {}

  Result<Click> read() noexcept {
    if (!read_object()) return wrong_version_ ? Errc::unknown_line_version : Errc::malformed_line;
    if (!has_version_ || !has_id_ || !has_ts_) return Errc::malformed_line;
    return click_;
  }

 private:
  bool read_object() noexcept {
    in_.skip_space();
    if (!in_.take('{')) return false;
    in_.skip_space();
    if (!in_.take('}')) {
      do {
        in_.skip_space();
        std::string_view name;
        if (!in_.string(name)) return false;
        in_.skip_space();
        if (!in_.take(':')) return false;
        in_.skip_space();
        if (!read_value(detail::line_field(name))) return false;
        in_.skip_space();
      } while (in_.take(','));
      if (!in_.take('}')) return false;
    }
    in_.skip_space();
    return in_.at_end();
  }

  bool read_value(LineField field) noexcept {
    switch (field) {
      case LineField::unknown:
        return skip();
      case LineField::version:
        return read_version();
      case LineField::id:
        return has_id_ = read_id(click_.id);
      case LineField::ts:
        return has_ts_ = in_.integer(click_.unix_ms);
      case LineField::code:
        return text(click_.code, limits::code_bytes_max);
      case LineField::host:
        return text(click_.host, limits::host_bytes_max);
      case LineField::link:
        return text(click_.link, limits::id_bytes_max);
      case LineField::campaign:
        return text(click_.campaign, limits::id_bytes_max);
      case LineField::referrer:
        return text(click_.referrer, limits::id_bytes_max);
      case LineField::visitor:
        return read_id(click_.visitor.emplace());
      case LineField::new_visitor:
        return in_.boolean(click_.new_visitor);
      case LineField::previous:
        return read_id(click_.previous.emplace());
      case LineField::destination:
        return text(click_.destination, limits::destination_bytes_max);
      case LineField::rule:
        return read_rule();
      case LineField::channel:
        return text(click_.channel, limits::channel_bytes_max);
      case LineField::share:
        return text(click_.share, limits::share_bytes_max);
      case LineField::referring_host:
        return text(click_.referring_host, limits::referring_host_bytes_max);
      case LineField::query:
        return in_.peek() == '{' && in_.skip(click_.query_json);
      case LineField::ip:
        return text(click_.ip, word_bytes_max);
      case LineField::ipk:
        return text(click_.ipk, word_bytes_max);
      case LineField::user_agent:
        return text(click_.user_agent, user_agent_bytes_max);
      case LineField::device:
        return text(click_.device, word_bytes_max);
      case LineField::os:
        return text(click_.os, word_bytes_max);
      case LineField::language:
        return text(click_.language, limits::language_bytes_max);
      case LineField::country:
        return text(click_.country, word_bytes_max);
      case LineField::bot:
        return text(click_.bot, word_bytes_max);
      case LineField::list:
        return text(click_.list, word_bytes_max);
      case LineField::outcome:
        return text(click_.outcome, word_bytes_max);
      case LineField::test:
        return in_.boolean(click_.test);
    }
    return false;
  }

  bool skip() noexcept {
    std::string_view ignored;
    return in_.skip(ignored);
  }

  bool text(std::string_view& value, std::size_t bytes_max) noexcept {
    return in_.string(value) && value.size() <= bytes_max;
  }

  bool read_id(Uuid& id) noexcept {
    std::string_view value;
    if (!in_.string(value)) return false;
    const auto parsed = parse_uuid(value);
    if (!parsed) return false;
    id = *parsed;
    return true;
  }

  // Reading ends at once at another version: what its keys mean is not known here.
  bool read_version() noexcept {
    std::uint64_t version = 0;
    if (!in_.integer(version)) return false;
    has_version_ = version == 1;
    wrong_version_ = !has_version_;
    return has_version_;
  }

  bool read_rule() noexcept {
    std::uint64_t rule = 0;
    if (!in_.integer(rule)) return false;
    click_.rule = static_cast<std::int64_t>(rule);
    return true;
  }

  JsonCursor in_;
  Click click_;
  bool has_version_ = false;
  bool wrong_version_ = false;
  bool has_id_ = false;
  bool has_ts_ = false;
};

}  // namespace

Result<Click> ClickLineParser::parse(std::string_view line) {
  if (line.size() > limits::click_line_bytes_max) return Errc::malformed_line;
  return LineReader{line, memory_->decoded.data()}.read();
}

}  // namespace waymark
