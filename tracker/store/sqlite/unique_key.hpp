// Key of table uniques: who clicked on what on which UTC day (design 3.5). Stored: never change it.
//
//   visitor known:  visitor id (16) | day (4, big endian) | XXH3-64 of what (8, big endian)
//   else:           day (4, big endian) | XXH3-128 of what, ipk and agent (16, big endian)
//
// "what" is the link id, or host and code where a link has none. Visitor ids grow with time, so the
// rows of new visitors are appended; the two forms differ in length and never meet.
#pragma once

#include "common/click_line.hpp"

#include <array>
#include <string>
#include <string_view>

namespace waymark::tracker::sqlite {

class UniqueKey {
 public:
  // The result lives until the next call.
  std::string_view of(const Click& click);

 private:
  std::string hashed_;
  std::array<char, 28> key_{};
};

}  // namespace waymark::tracker::sqlite
