// Request targets: a code spelled as people and their programs spell it, and the query behind it.
#pragma once

#include "loadtest/mix/random.hpp"

#include <string>
#include <string_view>

namespace waymark::mix {

// Spellings that name the same code; mostly the code itself.
std::string spell_code(Random& random, std::string_view code);

// With the question mark, or empty. `in_app` browsers carry their network's click ids.
std::string draw_query(Random& random, bool in_app);

// A path that leads to no link, without the leading slash. Some are drawn again and again, some
// never twice; some are no codes at all.
std::string unknown_path(Random& random);

}  // namespace waymark::mix
