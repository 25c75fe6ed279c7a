// The inside of Settings, shared by its two source files.
#pragma once

#include "common/settings/table.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace waymark {

class Settings::Impl {
 public:
  explicit Impl(std::string program_name) : program(std::move(program_name)) {}

  std::string program;
  SettingsTable table;
  std::map<std::string, std::string, std::less<>> own_flags;  // `--listen` to its key
  std::vector<std::function<void()>> rules;
};

}  // namespace waymark
