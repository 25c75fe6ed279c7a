// Server-sent events out of the bytes of an answer (HTML Living Standard, 9.2.6 "Interpreting an
// event stream"; without `retry`, and with lines that end in LF or CRLF). Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace waymark::loadtest {

class EventParser {
 public:
  // Past it, a line belongs to no event of ours: a click's has at most 8,192 bytes, an id 64
  // shards.
  static constexpr std::size_t line_bytes_max = 65'536;

  // Called for each event; both are valid during the call.
  using Handler = std::function<void(std::string_view type, std::string_view data)>;

  // The next bytes, cut anywhere. False when a line is too long: give it up.
  bool feed(std::string_view bytes, const Handler& handle);

  // A new answer begins: half an event of the former one is forgotten, it will come again.
  void restart();

  // Sent back as Last-Event-ID, events go on there. Empty before the first one.
  const std::string& last_id() const noexcept { return last_id_; }
  void set_last_id(std::string id) { last_id_ = id_ = std::move(id); }

 private:
  void take_line(std::string_view line, const Handler& handle);

  std::string rest_;  // of a line
  std::string id_;    // of the event that is being read
  std::string last_id_;
  std::string type_;
  std::string data_;
};

}  // namespace waymark::loadtest
