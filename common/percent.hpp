// Percent-encoding (RFC 3986) of path segments and of names and values in a query.
#pragma once

#include <string_view>

namespace waymark {

// Writes `text` with everything but unreserved characters (A-Z a-z 0-9 - . _ ~) as %XX; right in
// path segments and in query names and values alike. `out` must hold 3 times the size. Returns the
// end.
char* write_percent_encoded(std::string_view text, char* out) noexcept;

// Writes one name or value of a query decoded as forms encode them: `+` is a space, %XX a byte; a
// percent sign without two hex digits stands for itself, as in browsers. The result may hold any
// byte and is never longer than `text`; it may be written over `text`. Returns the end.
char* write_form_decoded(std::string_view text, char* out) noexcept;

}  // namespace waymark
