// Holds back log events that repeat too often. Pure: told the second, answers what to write. Keeps
// one entry for each event id; ids are constants of the program, so their number is bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace waymark {

class LogRepeat {
 public:
  explicit LogRepeat(int lines_max) : lines_max_(lines_max) {}

  struct Verdict {
    bool write = false;
    std::uint64_t left_out = 0;  // lines of this event held back since the last one written
  };
  // `second` is any clock that does not jump back.
  Verdict step(std::string_view event, std::int64_t second);

 private:
  struct Seen {
    std::int64_t second = 0;
    int lines = 0;
    std::uint64_t left_out = 0;
  };
  int lines_max_;  // a second, for each event
  std::map<std::string, Seen, std::less<>> seen_;
};

}  // namespace waymark
