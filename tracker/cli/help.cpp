#include "tracker/cli/help.hpp"

#include <fmt/format.h>

namespace waymark::cli {
namespace {

std::string usage_of(const CommandSpec& command) {
  return command.operands.empty() ? std::string{command.words}
                                  : fmt::format("{} {}", command.words, command.operands);
}

std::string flag_lines(std::span<const FlagSpec> flags) {
  std::string text;
  for (const auto& flag : flags) {
    if (!flag.help.empty()) {
      const auto usage =
          flag.value.empty() ? std::string{flag.name} : fmt::format("{} {}", flag.name, flag.value);
      text += fmt::format("  {:<26} {}\n", usage, flag.help);
    }
  }
  return text;
}

}  // namespace

std::string overview(std::span<const CommandSpec> commands, std::string_view group,
                     const Palette& palette) {
  auto text = group.empty()
                  ? std::string{"waymark: referral links, their clicks and their health\n"}
                  : fmt::format("waymark {}\n", group);
  text += fmt::format("\n{}\n", palette.paint(Tone::bold, "Commands"));
  for (const auto& command : commands) {
    if (group.empty() || command.words.starts_with(fmt::format("{} ", group))) {
      text += fmt::format("  {:<26} {}\n", usage_of(command), command.summary);
    }
  }
  if (group.empty()) {
    text += fmt::format("\n{}\n{}", palette.paint(Tone::bold, "Flags of every command"),
                        flag_lines(global_flags()));
    text += fmt::format("\n{}\n", palette.paint(Tone::bold, "Examples"));
    text += "  waymark up --demo\n  waymark link add https://shop.example/welcome --code anna7\n";
    text += "  waymark click tail\n";
  }
  return text + "\n'waymark help COMMAND' shows flags and examples of one command.\n";
}

std::string command_help(const CommandSpec& command, const Palette& palette) {
  auto text = fmt::format("{}\n\n{} waymark {}\n", command.summary,
                          palette.paint(Tone::bold, "Usage"), usage_of(command));
  if (!command.details.empty()) {
    text += fmt::format("\n{}\n", command.details);
  }
  if (!command.flags.empty()) {
    text += fmt::format("\n{}\n{}", palette.paint(Tone::bold, "Flags"), flag_lines(command.flags));
  }
  text += fmt::format("\n{}\n{}", palette.paint(Tone::bold, "Flags of every command"),
                      flag_lines(global_flags()));
  text += fmt::format("\n{}\n", palette.paint(Tone::bold, "Examples"));
  for (const auto example : command.examples) {
    text += fmt::format("  waymark {}\n", example);
  }
  return text;
}

}  // namespace waymark::cli
