#include "loadtest/kit/scenario.hpp"

#include "common/error.hpp"
#include "common/settings/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::loadtest {
namespace {

constexpr std::string_view table_name = "loadtest";

std::string key_of(const CLI::Option& option) {
  const auto& names = option.get_lnames();
  std::string key = names.empty() ? CLI::detail::to_lower(option.get_name()) : names.front();
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

bool given(const CLI::Option* option) {
  return option->count() > 0;
}

bool excluded(const CLI::Option* option) {
  const auto others = option->get_excludes();
  return std::any_of(others.begin(), others.end(), given);
}

// The command line says something else, or excludes it or what it needs.
bool overridden(const CLI::Option* option) {
  const auto needs = option->get_needs();
  return given(option) || excluded(option) || std::any_of(needs.begin(), needs.end(), excluded);
}

class Scenario {
 public:
  Scenario(CLI::App& command, const std::string& file) : file_(file) {
    add_options_of(command);
    for (CLI::App* group : command.get_subcommands(std::function<bool(CLI::App*)>{})) {
      add_options_of(*group);
    }
  }

  void apply() const {
    const toml::table document = parse();
    for (const auto& [name, node] : document) {
      if (name.str() == table_name && node.is_table()) continue;
      fail(name.source(),
           fmt::format("\"{}\" is not read here; put the keys under [{}]", name.str(), table_name));
    }
    const auto* table = document[table_name].as_table();
    if (table == nullptr) fail({}, fmt::format("put the keys under [{}]", table_name));
    // First all are looked at, then set: what is set counts as given.
    std::vector<std::pair<CLI::Option*, const toml::node*>> taken;
    for (const auto& [name, node] : *table) {
      CLI::Option* const option = find(name);
      if (!overridden(option)) taken.emplace_back(option, &node);
    }
    for (const auto& [option, node] : taken) set(*option, *node);
  }

 private:
  void add_options_of(CLI::App& app) {
    for (CLI::Option* option : app.get_options()) {
      if (!option->get_configurable()) continue;
      keys_.push_back(key_of(*option));
      options_.push_back(option);
    }
  }

  toml::table parse() const try {
    return toml::parse_file(file_);
  } catch (const toml::parse_error& error) {
    fail(error.source(), error.description());
  }

  CLI::Option* find(const toml::key& name) const {
    const auto at = std::find(keys_.begin(), keys_.end(), name.str());
    if (at != keys_.end()) return options_[static_cast<std::size_t>(at - keys_.begin())];
    fail(name.source(),
         fmt::format("unknown key {}{}; 'waymark-loadtest run --help' lists the flags, whose names "
                     "are the keys, with _ for -",
                     name.str(), did_you_mean(name.str(), keys_)));
  }

  void set(CLI::Option& option, const toml::node& node) const try {
    const auto* const array = node.as_array();
    if (option.get_expected_max() == 0) {
      if (!node.is_boolean()) fail(node.source(), key_of(option) + " must be true or false");
      if (**node.as_boolean()) option.add_result("true");
    } else if (array == nullptr) {
      option.add_result(text(option, node));
    } else {
      std::vector<std::string> items;
      for (const toml::node& item : *array) items.push_back(text(option, item));
      const bool takes_many = option.get_expected_max() > 1;
      option.add_result(takes_many ? items : std::vector{fmt::format("{}", fmt::join(items, ","))});
    }
    if (given(&option)) option.run_callback();
  } catch (const CLI::ParseError& error) {
    fail(node.source(), error.what());
  } catch (const StartupError& error) {
    if (error.exit_code() == exit_code::config) throw;  // has its place
    fail(node.source(), error.what());
  }

  std::string text(const CLI::Option& option, const toml::node& node) const {
    if (const auto* value = node.as_string()) return value->get();
    if (const auto* value = node.as_integer()) return fmt::format("{}", value->get());
    if (const auto* value = node.as_floating_point()) return fmt::format("{}", value->get());
    fail(node.source(), key_of(option) + " must be a text or a number, or a list of them");
  }

  [[noreturn]] void fail(const toml::source_region& source, std::string_view problem) const {
    const std::string place =
        source.begin ? fmt::format("{}:{}:{}", file_, source.begin.line, source.begin.column)
                     : file_;
    throw StartupError{exit_code::config, fmt::format("{}: {}", place, problem)};
  }

  const std::string& file_;
  std::vector<std::string> keys_;
  std::vector<CLI::Option*> options_;
};

}  // namespace

void add_scenario_flag(CLI::App& command) {
  command
      .add_option_function<std::string>(
          "--scenario",
          [&command](const std::string& file) {
            Scenario{command, file}.apply();
          },
          "flags from a TOML file, table [loadtest]; a flag given here wins")
      ->configurable(false);
}

}  // namespace waymark::loadtest
