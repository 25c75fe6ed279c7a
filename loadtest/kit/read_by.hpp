// What is wrong with an option's value is said while options are parsed: then it is known where
// the value stands, on the command line or in a scenario's file.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace waymark::loadtest {

// `parse(name, text)` throws StartupError for what it cannot read; its value is dropped here.
template <class Parse>
CLI::Option* read_by(Parse parse, CLI::Option* option) {
  return option->check([parse, name = option->get_name()](const std::string& text) {
    parse(name, text);
    return std::string{};
  });
}

}  // namespace waymark::loadtest
