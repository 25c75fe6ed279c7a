// The click id that an answer gives away: the parameter `wm_click` of its Location, 16 bytes of
// click id and a MAC (common/token.hpp). Nothing is verified: who makes the load holds no keys.
#pragma once

#include "common/uuid.hpp"

#include <optional>
#include <string_view>

namespace waymark::loadtest {

// Nothing when the Location carries no token, or one that is no token of a click.
std::optional<Uuid> click_id_in(std::string_view location) noexcept;

}  // namespace waymark::loadtest
