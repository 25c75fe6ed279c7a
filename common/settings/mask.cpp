#include "common/settings/mask.hpp"

namespace waymark {

std::string mask_passwords(std::string_view text) {
  std::string masked{text};
  const auto scheme_end = masked.find("://");
  if (scheme_end == std::string::npos) return masked;

  // The query first: the positions before it stay valid.
  static constexpr std::string_view parameter = "password=";
  const auto query = masked.find('?', scheme_end);
  const auto secret = query == std::string::npos ? query : masked.find(parameter, query);
  if (secret != std::string::npos) {
    const auto start = secret + parameter.size();
    const auto end = masked.find('&', start);
    masked.replace(start, end == std::string::npos ? end : end - start, "***");
  }

  // A password may hold '@' when somebody forgot to escape it: the last one counts.
  const auto start = scheme_end + 3;
  const auto at = masked.rfind('@', query);
  const auto colon = masked.find(':', start);
  if (at != std::string::npos && at > start && colon < at) {
    masked.replace(colon + 1, at - colon - 1, "***");
  }
  return masked;
}

}  // namespace waymark
