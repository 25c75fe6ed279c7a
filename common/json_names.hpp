// What a JSON parser swallows: an object that has a name twice. The last one would count, without a
// word to a sender that means two things.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waymark {

// The first name that an object within `json` has twice, at whatever depth. `json` must have been
// parsed without error.
std::optional<std::string> name_written_twice(std::string_view json);

}  // namespace waymark
