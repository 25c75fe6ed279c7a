// What a browser keeps for the site: the cookies of other software, and ours: real, or spoiled on
// the way.
#pragma once

#include "loadtest/mix/links.hpp"
#include "loadtest/mix/random.hpp"

#include <span>
#include <string>

namespace waymark::mix {

// Two to six cookies of other software, 60 to 900 bytes.
std::string other_cookies(Random& random);

// A wm_ref value as the edge signs it: one to three campaigns, clicked within the last days, none
// of them ended at options.now.
std::string attribution_cookie(Random& random, const MixOptions& options,
                               std::span<const MixLink> links);

// A wm_ref value that no edge may believe.
std::string spoiled_cookie(Random& random, std::string good);

}  // namespace waymark::mix
