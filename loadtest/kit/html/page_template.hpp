// page.html, which becomes part of the program: a format of fmt with {title}, {when} and {body}.
#pragma once

#include <string_view>

namespace waymark::loadtest::html {

extern const std::string_view page_template;

}  // namespace waymark::loadtest::html
