// The version of this build, as `--version` and the admin page /version show it.
#pragma once

#include <string_view>

namespace waymark {

// "0.1.0": set once, in the project() line of the root CMakeLists.txt.
std::string_view version() noexcept;

}  // namespace waymark
