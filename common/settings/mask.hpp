// Hides passwords in URLs before they reach logs, messages or admin pages.
#pragma once

#include <string>
#include <string_view>

namespace waymark {

// `scheme://user:secret@host` becomes `scheme://user:***@host`, and `password=secret` in a query
// becomes `password=***`. Text that is not a URL comes back unchanged.
std::string mask_passwords(std::string_view text);

}  // namespace waymark
