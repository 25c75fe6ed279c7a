#include "common/settings/nearest_name.hpp"
#include "common/settings/sources.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <sstream>

namespace waymark {
namespace {

// Every table a file shared by all programs may hold.
const std::vector<std::string>& known_tables() {
  static const std::vector<std::string> names{"redirect", "tracker", "loadtest", "waymark"};
  return names;
}

class FileReader {
 public:
  FileReader(const std::string& file, const SettingsTable& table) : file_(file), table_(table) {}

  void read(std::string_view program) {
    const toml::table document = parse();
    for (const auto& [name, node] : document) {
      const std::string table_name{name.str()};
      if (!node.is_table()) {
        fail(name.source(), fmt::format("\"{}\" stands outside of a table; put it under [{}]",
                                        table_name, program));
      }
      if (table_name == program) {
        read_table(*node.as_table(), "");
      } else if (const auto& known = known_tables();
                 std::find(known.begin(), known.end(), table_name) == known.end()) {
        fail(name.source(),
             fmt::format("unknown table [{}]{}", table_name, did_you_mean(table_name, known)));
      }
    }
  }

 private:
  toml::table parse() const try {
    return toml::parse_file(file_);
  } catch (const toml::parse_error& error) {
    fail(error.source(), error.description());
  }

  void read_table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string{name.str()};
      if (const auto* inner = node.as_table()) {
        read_table(*inner, key + ".");
      } else {
        // An unknown key is marked where it is written, a bad value likewise.
        read_value(key, node, place(table_.knows(key) ? node.source() : name.source()));
      }
    }
  }

  void read_value(const std::string& key, const toml::node& node, const SettingPlace& where) {
    if (const auto* array = node.as_array(); array != nullptr && table_.knows(key)) {
      std::vector<std::string> items;
      for (const toml::node& item : *array) items.push_back(text(key, item));
      table_.assign_items(key, std::move(items), where, exit_code::config);
    } else {
      table_.assign(key, table_.knows(key) ? text(key, node) : "", where, exit_code::config);
    }
  }

  std::string text(const std::string& key, const toml::node& node) const {
    if (const auto* value = node.as_string()) return value->get();
    if (const auto* value = node.as_integer()) return fmt::format("{}", value->get());
    if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
    fail(node.source(), fmt::format("{} must be a text, a whole number, true or false", key));
  }

  SettingPlace place(const toml::source_region& source) const {
    if (!source.begin) return file_;
    return fmt::format("{}:{}:{}", file_, source.begin.line, source.begin.column);
  }

  [[noreturn]] void fail(const toml::source_region& source, std::string_view problem) const {
    throw StartupError{exit_code::config, fmt::format("{}: {}", place(source), problem)};
  }

  const std::string& file_;
  const SettingsTable& table_;
};

}  // namespace

void read_settings_file(const std::string& file, std::string_view program,
                        const SettingsTable& table) {
  FileReader{file, table}.read(program);
}

}  // namespace waymark
