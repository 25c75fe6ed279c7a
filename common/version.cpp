#include "common/version.hpp"

namespace waymark {

std::string_view version() noexcept {
  return WAYMARK_VERSION;
}

}  // namespace waymark
