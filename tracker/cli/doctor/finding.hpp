// What `waymark doctor` says: one line per thing looked at, and one way to mend it.
#pragma once

#include <string>
#include <vector>

namespace waymark::cli {

enum class Grade { good, warning, problem };

struct Finding {
  Grade grade = Grade::good;
  std::string subject;  // "redis version"
  std::string text;     // what was found
  std::string fix;      // what to do; empty when good
};

using Findings = std::vector<Finding>;

}  // namespace waymark::cli
