// A click of the API as a person reads it, and why it was not counted.
#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace waymark::cli {

// "counted", or the reason in a sentence: "made with a tool (user agent curl/7.88): recorded, not
// counted".
std::string verdict(const boost::json::value& click);

// All that is known, one field per line.
std::string click_page(const boost::json::value& click);

// One line for `click tail`.
std::string click_line(const boost::json::value& click);

// The id or token that an operand names: a UUID, a wm_click token, or a URL that carries one.
std::string click_reference(std::string_view operand);

}  // namespace waymark::cli
