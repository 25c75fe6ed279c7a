// Whether the cookie of a consent banner says yes. Only a word that clearly means yes does: what is
// unknown, pending or broken is no consent, since marking one visitor who refused is worse than
// missing one who agreed.
//
// Some banners keep one word (`allow`), others a list of purposes
// (`necessary:true,marketing:false`,
// `"marketing":true`, `groups=C0001:1,C0004:0`, escaped or not). Of a list one purpose is asked
// for: consent to another one is none to ours.
#pragma once

#include <string_view>

namespace waymark::redirect {

struct ConsentQuestion {
  std::string_view cookie;   // its name; empty: nobody is asked
  std::string_view purpose;  // empty: the cookie keeps one word
};

// Of the setting `cookies.consent`: `cookie` or `cookie:purpose`. Cookies of the consent tools that
// it knows have a purpose of their own.
ConsentQuestion consent_question(std::string_view setting) noexcept;

// Whether consent_question() can make sense of the setting.
bool is_consent_setting(std::string_view setting) noexcept;

// `value` as it stands in the Cookie line. Without a purpose it has to be a word that says yes, in
// quotes or not. With one, that word has to follow the purpose behind a `:` or `=`, wherever the
// purpose has a value. Yes is any of 1, true, yes, on, all, allow, allowed, accept, accepted,
// agree, agreed, grant, granted, in any case.
bool tells_consent(std::string_view value, std::string_view purpose = {}) noexcept;

}  // namespace waymark::redirect
