// Whether the cookie of a consent banner says yes. Banners differ: some keep one word (`allow`,
// `deny`), some a list of purposes (`necessary:true,marketing:false`), escaped or not. So the value
// is read word by word, and any word that says no makes it a no: it is better to miss a visitor who
// agreed to some purposes than to mark one who refused ours.
#pragma once

#include <string_view>

namespace waymark::redirect {

// `value` as it stands in the Cookie line. False when it is empty or holds no word; also when a
// word of it is one of 0, false, no, off, none, deny, denied, dismiss, decline, declined, reject,
// rejected, refuse, refused, in any case.
bool tells_consent(std::string_view value) noexcept;

}  // namespace waymark::redirect
