// What a link must be before it is stored: its code, its fields, and every place it leads to.
#pragma once

#include "tracker/program/refusal.hpp"
#include "tracker/program/rules.hpp"

#include <string>
#include <string_view>

namespace waymark::tracker {

bool is_reserved(const ProgramRules& rules, std::string_view code);

// The code as it is stored and looked up. Refuses what is no code, and reserved words.
Ruled<std::string> checked_code(const ProgramRules& rules, std::string_view code);

// Refuses a code that another link of this host has, or had before it was renamed. For the code of
// `link` or one of its aliases.
Ruled<void> check_code_is_free(Store& store, const LinkRow& link, std::string_view code);

// Every field of `after`. Where its URLs lead is asked of those alone that differ from `before`: a
// link to a place that is not allowed any more can still be paused.
Ruled<void> check_link(Store& store, const ProgramRules& rules, const LinkRecord& before,
                       const LinkRecord& after);

}  // namespace waymark::tracker
