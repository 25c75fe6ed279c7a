// Text from pieces, evaluated from left to right on every compiler, which operator+ does not
// promise: with chance in the pieces, the same seed must give the same text.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace waymark::mix {

inline std::string join(std::initializer_list<std::string_view> pieces) {
  std::string result;
  for (const std::string_view piece : pieces) result.append(piece);
  return result;
}

}  // namespace waymark::mix
