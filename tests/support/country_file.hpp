// Writes country files in MaxMind's format (https://maxmind.github.io/MaxMind-DB/); the Python
// tests have the same in country_file.py.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace waymark::test {

// IPv4 networks as bits ("01111111" is 127.0.0.0/8) and their countries; none inside another.
std::string country_file(const std::vector<std::pair<std::string, std::string>>& networks);

}  // namespace waymark::test
