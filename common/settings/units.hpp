// Texts of sizes, times and addresses, both ways. parse_duration() and parse_bytes() are declared
// in common/settings.hpp, where programs find them.
#pragma once

#include "common/settings.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace waymark {

// In the largest unit that divides the value: `60s` becomes `1m`, 1536 becomes `1536`.
std::string duration_text(std::chrono::milliseconds duration);
std::string bytes_text(Bytes bytes);

std::optional<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace waymark
