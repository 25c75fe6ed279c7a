// Reads the conditions of a rule. Only for record_rules.cpp; everybody else includes
// link_rules.hpp.
#pragma once

#include "common/link_rules.hpp"
#include "common/record_fields.hpp"

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace waymark::detail {

inline std::string_view view_of(boost::json::string_view text) noexcept {
  return {text.data(), text.size()};
}

// As much of it as a message can bear.
inline std::string_view shown(std::string_view text) noexcept {
  return text.substr(0, 32);
}

// `value` is what stands under `when`.
Problem read_conditions(const boost::json::value& value, RuleConditions& when);

// A key that is not understood is refused: ignored, it would widen a rule.
Problem unknown_key(std::string_view key, std::string_view known);

}  // namespace waymark::detail
