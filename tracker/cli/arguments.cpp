#include "tracker/cli/arguments.hpp"

#include "common/error.hpp"
#include "common/settings/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace waymark::cli {
namespace {

constexpr std::array<FlagSpec, 7> globals{{
    {"--api", "URL", "Address of the tracker's API (default: of a running `up`, else :8090)"},
    {"--api-key-file", "FILE", "File with the API key (default $XDG_STATE_HOME/waymark/api-key)"},
    {"--json", "", "Print JSON instead of text, errors too"},
    {"--no-color", "", "No colors (also: NO_COLOR, TERM=dumb)"},
    {"--help", "", "Show help"},
    {"--version", "", "Show the version"},
    {"-h", "", ""},
}};

constexpr std::size_t command_words_max = 3;  // "stream shard add"

const FlagSpec* find_flag(std::span<const FlagSpec> flags, std::string_view name) {
  const auto found = std::ranges::find(flags, name, &FlagSpec::name);
  return found == flags.end() ? nullptr : &*found;
}

std::string_view first_word(std::string_view words) {
  return words.substr(0, words.find(' '));
}

// Takes the words in two passes: flags can only be told from their values when the command is
// known, and the command only when the values of global flags before it have been skipped.
class LineParser {
 public:
  LineParser(std::span<const CommandSpec> commands, std::span<const std::string> words)
      : commands_(commands), words_(words) {}

  ParsedLine parse() {
    choose_command();
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (used_.contains(i)) {
        continue;
      }
      const std::string_view word = words_[i];
      if (!flags_ended_ && word == "--") {
        flags_ended_ = true;
      } else if (!flags_ended_ && word.size() > 1 && word.front() == '-') {
        take_flag(i);
      } else if (line_.command == nullptr) {
        throw unknown_command(word);
      } else {
        line_.arguments.add_operand(std::string{word});
      }
    }
    if (!line_.help && !line_.version) {
      check_operands();
    }
    return std::move(line_);
  }

 private:
  void choose_command() {
    std::vector<std::size_t> plain;  // positions of words that are neither flags nor their values
    for (std::size_t i = 0; i < words_.size() && words_[i] != "--"; ++i) {
      const std::string_view word = words_[i];
      if (word.empty() || word.front() != '-') {
        plain.push_back(i);
        continue;
      }
      const auto* flag = find_flag(global_flags(), word);
      i += flag != nullptr && !flag->value.empty() ? 1U : 0U;
    }
    if (!plain.empty() && words_[plain.front()] == "help") {
      line_.help = true;
      used_.insert(plain.front());
      plain.erase(plain.begin());
    }
    if (plain.empty()) {
      return;
    }
    std::string words;
    for (std::size_t count = 1; count <= std::min(plain.size(), command_words_max); ++count) {
      words += (words.empty() ? "" : " ") + words_[plain[count - 1]];
      const auto command = std::ranges::find(commands_, words, &CommandSpec::words);
      if (command != commands_.end()) {
        line_.command = &*command;
        used_.insert(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(count));
        return;
      }
    }
    const auto& group = words_[plain[0]];
    const auto in_group = [&](const CommandSpec& c) { return first_word(c.words) == group; };
    if (std::ranges::any_of(commands_, in_group)) {
      line_.group = group;
      used_.insert(plain[0]);
    }
  }

  void take_flag(std::size_t& i) {
    const std::string_view word = words_[i];
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto* flag = find_flag(global_flags(), name);
    if (flag == nullptr && line_.command != nullptr) {
      flag = find_flag(line_.command->flags, name);
    }
    if (flag == nullptr) {
      throw unknown_flag(name);
    }
    if (flag->value.empty()) {
      if (equals != std::string_view::npos) {
        throw StartupError(exit_code::usage, fmt::format("{} takes no value", name));
      }
      line_.help = line_.help || name == "--help" || name == "-h";
      line_.version = line_.version || name == "--version";
      line_.arguments.set(flag->name, "");
    } else if (equals != std::string_view::npos) {
      line_.arguments.set(flag->name, std::string{word.substr(equals + 1)});
    } else if (i + 1 < words_.size()) {
      line_.arguments.set(flag->name, words_[++i]);
    } else {
      throw StartupError(exit_code::usage,
                         fmt::format("{} needs a value: {} {}", name, name, flag->value));
    }
  }

  void check_operands() const {
    if (line_.command == nullptr) {
      return;
    }
    const auto& command = *line_.command;
    const auto count = line_.arguments.operands().size();
    if (count < command.operands_min) {
      throw StartupError(exit_code::usage,
                         fmt::format("usage: waymark {} {}", command.words, command.operands));
    }
    if (count > command.operands_max) {
      throw StartupError(
          exit_code::usage,
          fmt::format("unexpected '{}'; see 'waymark {} --help'",
                      line_.arguments.operands()[command.operands_max], command.words));
    }
    // As of a shell variable that is not set: as a filter it would mean anything.
    if (std::ranges::any_of(line_.arguments.operands(), &std::string::empty)) {
      throw StartupError(exit_code::usage, fmt::format("an operand is empty; usage: waymark {} {}",
                                                       command.words, command.operands));
    }
  }

  StartupError unknown_command(std::string_view word) const {
    std::vector<std::string> known;
    for (const auto& command : commands_) {
      if (line_.group.empty()) {
        known.emplace_back(first_word(command.words));
      } else if (first_word(command.words) == line_.group) {
        known.emplace_back(command.words.substr(line_.group.size() + 1));
      }
    }
    const auto group = line_.group.empty() ? std::string{} : line_.group + " ";
    return {exit_code::usage, fmt::format("unknown command '{}{}'{}{}", group, word,
                                          did_you_mean(word, known), " (see 'waymark --help')")};
  }

  StartupError unknown_flag(std::string_view name) const {
    std::vector<std::string> known;
    for (const auto& flag : global_flags()) {
      known.emplace_back(flag.name);
    }
    std::string_view words;
    if (line_.command != nullptr) {
      words = line_.command->words;
      for (const auto& flag : line_.command->flags) {
        known.emplace_back(flag.name);
      }
    }
    return {exit_code::usage,
            fmt::format("unknown flag '{}'{} (see 'waymark {}{}--help')", name,
                        did_you_mean(name, known), words, words.empty() ? "" : " ")};
  }

  std::span<const CommandSpec> commands_;
  std::span<const std::string> words_;
  std::set<std::size_t> used_;
  bool flags_ended_ = false;
  ParsedLine line_;
};

}  // namespace

std::optional<std::string> Arguments::value(std::string_view flag) const {
  const auto found = flags_.find(flag);
  return found == flags_.end() ? std::nullopt : std::optional{found->second};
}

std::string Arguments::value_or(std::string_view flag, std::string_view fallback) const {
  return value(flag).value_or(std::string{fallback});
}

std::span<const FlagSpec> global_flags() {
  return globals;
}

ParsedLine parse_line(std::span<const CommandSpec> commands, std::span<const std::string> words) {
  return LineParser{commands, words}.parse();
}

}  // namespace waymark::cli
