#include "loadtest/kit/answer_parser.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace waymark::loadtest {
namespace {

constexpr std::size_t chunk_line_bytes_max = 8'192;
constexpr std::size_t cookies_bytes_max = 8'192;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// `known` in lower case.
bool same(std::string_view text, std::string_view known) {
  return text.size() == known.size() && std::equal(text.begin(), text.end(), known.begin(),
                                                   [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls f with each element of a comma-separated list.
template <class F>
void for_each_element(std::string_view list, F f) {
  for (;;) {
    const std::size_t comma = list.find(',');
    f(trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// The end of a head: behind its empty line. npos when it is not there yet. Lines may end in LF
// alone (RFC 9112, 2.2).
std::size_t end_of_head(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    if (at + 1 < text.size() && text[at + 1] == '\n') return at + 2;
    if (at + 2 < text.size() && text[at + 1] == '\r' && text[at + 2] == '\n') return at + 3;
  }
  return std::string_view::npos;
}

// Cuts the first line off, without its end.
std::string_view cut_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

void AnswerParser::begin(bool head_request, Wanted wanted) {
  wanted_ = wanted;
  head_request_ = head_request;
  part_ = Part::head;
  status_ = 0;
  partial_.clear();
}

AnswerParser::Step AnswerParser::take(std::string_view& bytes) {
  while (part_ == Part::head) {
    const Step step = take_head(bytes);
    if (step != Step::done) return step;
  }
  return take_body(bytes);
}

// Done: the head is complete, and `part_` says what follows; an interim answer is passed over.
AnswerParser::Step AnswerParser::take_head(std::string_view& bytes) {
  std::string_view text = bytes;
  if (!partial_.empty()) {
    partial_.append(bytes);
    text = partial_;
  }
  const std::size_t end = end_of_head(text);
  if (std::min(end, text.size()) > head_bytes_max) return Step::failed;
  if (end == std::string_view::npos) {
    if (partial_.empty()) partial_.assign(bytes);
    bytes = {};
    return Step::more;
  }
  if (!read_head(text.substr(0, end))) return Step::failed;
  bytes.remove_prefix(bytes.size() - (text.size() - end));
  partial_.clear();
  choose_body();
  return Step::done;
}

bool AnswerParser::read_head(std::string_view head) {
  chunked_ = has_length_ = false;
  left_ = 0;
  location_.clear();
  cookies_.clear();
  if (!read_status_line(cut_line(head))) return false;
  for (std::string_view line = cut_line(head); !line.empty(); line = cut_line(head)) {
    if (!read_field(line)) return false;
  }
  return true;
}

bool AnswerParser::read_status_line(std::string_view line) {
  constexpr std::string_view form = "HTTP/1.x 302";
  if (line.size() < form.size() || !line.starts_with("HTTP/1.") || line[8] != ' ') return false;
  if (line[7] < '0' || line[7] > '9') return false;
  if (line.size() > form.size() && line[form.size()] != ' ') return false;
  const auto [end, error] = std::from_chars(line.data() + 9, line.data() + 12, status_);
  keep_alive_ = line[7] != '0';
  return error == std::errc{} && end == line.data() + 12 && status_ >= 100;
}

bool AnswerParser::read_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view name = line.substr(0, colon);
  const auto value = [&] { return trim(line.substr(colon + 1)); };
  switch (name.size()) {
    case 8:
      if (wanted_.location && same(name, "location")) location_ = value();
      return true;
    case 10:
      if (wanted_.cookies && same(name, "set-cookie")) add_cookie(value());
      if (same(name, "connection")) read_connection(value());
      return true;
    case 14:
      return !same(name, "content-length") || read_length(value());
    case 17:
      if (same(name, "transfer-encoding")) {
        for_each_element(value(), [&](std::string_view last) { chunked_ = same(last, "chunked"); });
      }
      return true;
    default:
      return true;
  }
}

// The same length told twice is one length (RFC 9112, 6.3).
bool AnswerParser::read_length(std::string_view value) {
  bool valid = true;
  for_each_element(value, [&](std::string_view text) {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    valid &= !text.empty() && error == std::errc{} && end == text.data() + text.size();
    valid &= !has_length_ || length == left_;
    has_length_ = true;
    left_ = length;
  });
  return valid;
}

void AnswerParser::read_connection(std::string_view value) {
  for_each_element(value, [&](std::string_view option) {
    if (same(option, "close")) keep_alive_ = false;
    if (same(option, "keep-alive")) keep_alive_ = true;
  });
}

void AnswerParser::add_cookie(std::string_view value) {
  const std::string_view pair = trim(value.substr(0, value.find(';')));
  if (pair.empty() || cookies_.size() + pair.size() + 2 > cookies_bytes_max) return;
  if (!cookies_.empty()) cookies_ += "; ";
  cookies_ += pair;
}

// RFC 9112, 6.3.
void AnswerParser::choose_body() {
  if (status_ < 200 && status_ != 101) {
    part_ = Part::head;
  } else if (head_request_ || status_ == 204 || status_ == 304) {
    part_ = Part::over;
  } else if (chunked_) {
    part_ = Part::chunk_size;
  } else if (has_length_) {
    part_ = left_ > 0 ? Part::sized : Part::over;
  } else {
    part_ = Part::until_close;
    keep_alive_ = false;
  }
}

AnswerParser::Step AnswerParser::take_body(std::string_view& bytes) {
  for (;;) {
    bool complete = true;
    switch (part_) {
      case Part::over:
        return Step::done;
      case Part::until_close:
        bytes = {};
        return Step::more;
      case Part::sized:
      case Part::chunk: {
        const auto taken = std::min<std::uint64_t>(left_, bytes.size());
        left_ -= taken;
        bytes.remove_prefix(static_cast<std::size_t>(taken));
        if (left_ > 0) return Step::more;
        part_ = part_ == Part::sized ? Part::over : Part::chunk_end;
        break;
      }
      case Part::chunk_size:
        if (!take_line(bytes, complete)) return Step::failed;
        if (!complete) return Step::more;
        if (!read_chunk_size()) return Step::failed;
        part_ = left_ > 0 ? Part::chunk : Part::trailer;
        break;
      case Part::chunk_end:
      case Part::trailer:
        if (!take_line(bytes, complete)) return Step::failed;
        if (!complete) return Step::more;
        if (part_ == Part::chunk_end) {
          if (!partial_.empty()) return Step::failed;
          part_ = Part::chunk_size;
        } else if (partial_.empty()) {
          part_ = Part::over;
        }
        partial_.clear();
        break;
      case Part::head:
        return Step::failed;
    }
  }
}

// Gathers a line in partial_, without its end. False when it is too long.
bool AnswerParser::take_line(std::string_view& bytes, bool& complete) {
  const std::size_t end = bytes.find('\n');
  complete = end != std::string_view::npos;
  partial_.append(bytes.substr(0, end));
  bytes.remove_prefix(complete ? end + 1 : bytes.size());
  if (complete && !partial_.empty() && partial_.back() == '\r') partial_.pop_back();
  return partial_.size() <= chunk_line_bytes_max;
}

bool AnswerParser::read_chunk_size() {
  const std::string_view size = trim(std::string_view{partial_}.substr(0, partial_.find(';')));
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
  const bool whole = error == std::errc{} && end == size.data() + size.size();
  partial_.clear();
  return whole && !size.empty();
}

AnswerParser::Step AnswerParser::end_of_stream() {
  return part_ == Part::until_close ? Step::done : Step::failed;
}

}  // namespace waymark::loadtest
