// The command line of `waymark`: words that choose a command, its flags and its operands. Reading
// only; the table of commands is commands.cpp, what they do stands beside each of them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::cli {

struct FlagSpec {
  std::string_view name;   // "--code"
  std::string_view value;  // what the help shows for its value; empty for a switch
  std::string_view help;
};

// What a command was given. Names are those of the specification.
class Arguments {
 public:
  bool has(std::string_view flag) const { return flags_.contains(flag); }
  std::optional<std::string> value(std::string_view flag) const;
  std::string value_or(std::string_view flag, std::string_view fallback) const;
  const std::vector<std::string>& operands() const noexcept { return operands_; }

  void set(std::string_view flag, std::string value) { flags_.insert_or_assign(flag, value); }
  void add_operand(std::string operand) { operands_.push_back(std::move(operand)); }

 private:
  // Keys are views of specifications, which live as long as the program.
  std::map<std::string_view, std::string> flags_;
  std::vector<std::string> operands_;
};

struct CommandSpec {
  std::string_view words;     // "link add", "up"
  std::string_view operands;  // as the help shows them: "DESTINATION", "[ID]"
  std::size_t operands_min = 0;
  std::size_t operands_max = 0;
  std::string_view summary;
  std::vector<FlagSpec> flags;
  std::vector<std::string_view> examples;  // without the leading "waymark "
  std::function<int(const Arguments&)> run;
  std::string_view details = {};  // paragraphs for the help of this command
};

// Flags that every command takes.
std::span<const FlagSpec> global_flags();

struct ParsedLine {
  const CommandSpec* command = nullptr;  // null: help or version of the whole program
  std::string group;                     // "link" when only that word was given
  Arguments arguments;
  bool help = false;
  bool version = false;
};

// Reads the words after the program's name. Throws StartupError (exit 2) that names the word, the
// nearest known one and where help is to be had. Flags may stand before, between and after the
// words of a command; `--` ends them.
ParsedLine parse_line(std::span<const CommandSpec> commands, std::span<const std::string> words);

}  // namespace waymark::cli
