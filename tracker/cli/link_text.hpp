// A link as `waymark` shows it to a person.
#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace waymark::cli {

// `name   value` for each field that says something, the rules last.
std::vector<std::string> link_lines(const boost::json::value& link);

// A line for each rule, and for each part of a split:
//   1  os ios, country DE or AT -> https://...
//   2  everybody, 70 of 100 -> https://...
//      everybody, 30 of 100 -> https://...
std::vector<std::string> rule_lines(const boost::json::value& rules);

}  // namespace waymark::cli
