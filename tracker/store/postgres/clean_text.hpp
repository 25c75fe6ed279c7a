// PostgreSQL takes no text with a NUL or with what is no UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker::postgres {

bool is_clean(std::string_view text) noexcept;
// With U+FFFD in place of each byte that is refused.
std::string cleaned(std::string_view text);

}  // namespace waymark::tracker::postgres
