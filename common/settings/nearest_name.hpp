// The known name closest to a mistyped one, for "did you mean" in messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace waymark {

// Empty when nothing is close enough (a third of the letters may differ).
std::string nearest_name(std::string_view name, std::span<const std::string> known);

// `; did you mean ship.window?` or nothing, ready to append to a message.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

}  // namespace waymark
