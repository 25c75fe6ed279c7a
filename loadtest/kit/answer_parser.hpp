// Reads HTTP/1.x answers (RFC 9112) as a load generator needs them: where one ends, its status, and
// whether the connection can be used again; cookies and Location only when asked for. Bodies are
// counted, not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::loadtest {

class AnswerParser {
 public:
  static constexpr std::size_t head_bytes_max = 65'536;

  enum class Step {
    more,    // all was taken, the answer goes on
    done,    // the answer is complete; what is left in `bytes` lies behind it
    failed,  // no HTTP answer
  };

  // What is kept beside the status.
  struct Wanted {
    bool location = false;
    bool cookies = false;
  };

  // Begins a new answer. The answer to HEAD has no body whatever its fields say.
  void begin(bool head_request, Wanted wanted);

  // Takes from the front of `bytes` what belongs to the answer.
  Step take(std::string_view& bytes);
  // The server ended the stream: done when that is how the answer ends.
  Step end_of_stream();

  // After `done`.
  int status() const noexcept { return status_; }
  bool keep_alive() const noexcept { return keep_alive_; }
  std::string_view location() const noexcept { return location_; }
  // As the field Cookie would send them back: `a=1; b=2`.
  std::string_view cookies() const noexcept { return cookies_; }

 private:
  enum class Part { head, sized, chunk_size, chunk, chunk_end, trailer, until_close, over };

  Step take_head(std::string_view& bytes);
  bool read_head(std::string_view head);
  bool read_status_line(std::string_view line);
  bool read_field(std::string_view line);
  bool read_length(std::string_view value);
  void read_connection(std::string_view value);
  void add_cookie(std::string_view value);
  void choose_body();
  Step take_body(std::string_view& bytes);
  bool take_line(std::string_view& bytes, bool& complete);
  bool read_chunk_size();

  Wanted wanted_;
  Part part_ = Part::over;
  bool head_request_ = false;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool has_length_ = false;
  int status_ = 0;
  std::uint64_t left_ = 0;  // of the body or chunk
  std::string partial_;     // a head, or a line of a chunked body, that came in pieces
  std::string location_;
  std::string cookies_;
};

}  // namespace waymark::loadtest
