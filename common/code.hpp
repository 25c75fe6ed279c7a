// Short codes: [A-Za-z0-9_-]{1,64}.
#pragma once

#include "common/error.hpp"
#include "common/limits.hpp"

#include <cstddef>
#include <string_view>

namespace waymark {

enum class CodeCase { fold, exact };

bool is_code(std::string_view text) noexcept;

// What messengers and mail programs hang on to the end of a link: / . , ; : ! ? ) '
bool is_trailing_mark(char c) noexcept;

// Brings the path of a request (without the leading slash and the query) into the form that is
// looked up: unreserved percent-escapes decoded, one trailing slash or punctuation mark
// (. , ; : ! ? ) ') dropped, lower case when folding. The result points into `buffer`.
// Fails with malformed_code.
Result<std::string_view> normalize_code(std::string_view path, CodeCase code_case,
                                        char (&buffer)[limits::code_bytes_max]) noexcept;

}  // namespace waymark
