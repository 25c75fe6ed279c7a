// Why a text is no absolute http(s) URL, for the person who wrote it: what to write instead. Asked
// when a parser has refused the text; says nothing about texts that one takes.
#pragma once

#include <string>
#include <string_view>

namespace waymark {

// Half a sentence after the field's name. Placeholders that stand where they may must be gone from
// `url`: every brace counts as a fault.
std::string url_fault(std::string_view url);

}  // namespace waymark
