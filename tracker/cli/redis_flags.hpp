// How commands that speak to Redis themselves are told where it is.
#pragma once

#include "common/redis/url.hpp"
#include "tracker/cli/arguments.hpp"

#include <string_view>
#include <vector>

namespace waymark::cli {

// --redis URL, with this help, and the files for TLS, followed by `more`.
std::vector<FlagSpec> redis_flags(std::string_view help, std::vector<FlagSpec> more = {});

// What they say; without --redis that of a running `up`, else redis://127.0.0.1:6379. Throws
// StartupError (exit 78) naming flag and remedy.
redis::Url redis_url(const Arguments& arguments);

// What another flag than --redis says, with the same files for TLS.
redis::Url redis_url(const Arguments& arguments, std::string_view flag, std::string_view url);

}  // namespace waymark::cli
