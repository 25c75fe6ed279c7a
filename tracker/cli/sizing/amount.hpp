// Large numbers as people write them.
#pragma once

#include <string>
#include <string_view>

namespace waymark::cli {

// `1500`, `2.5k`, `50M`, `1G`, `1e9`: more than 0 and at most `max`. Throws StartupError (exit 2)
// naming the flag.
double amount_of(std::string_view flag, std::string_view text, double max);

// "58.0k": three digits and k, M, G or T.
std::string count_text(double count);
// "1.2 GiB".
std::string bytes_text(double bytes);

}  // namespace waymark::cli
