#include "redirect/agents/agent_list.hpp"

#include "common/error.hpp"
#include "common/limits.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace waymark::redirect {
namespace {

constexpr std::size_t file_memory_bytes_max = 8U << 20U;

constexpr std::array<std::string_view, 5> classes{"person", "preview", "crawler", "scanner",
                                                  "tool"};
constexpr std::string_view blanks = " \t\r";
constexpr std::string_view network_mark = "from ";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";  // editors put it there unasked

bool is_control(char c) noexcept {
  return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
}

std::shared_ptr<const BuiltInList> built_in_list() {
  static const auto list = std::make_shared<const BuiltInList>();
  return list;
}

[[noreturn]] void refuse(const std::filesystem::path& file, int line, std::string_view problem) {
  throw StartupError(
      exit_code::config,
      fmt::format(
          "agents.file {}, line {}: {}; write '<class> <pattern>', the class one of person, "
          "preview, crawler, scanner, tool, the pattern a regular expression of RE2 or "
          "'from' and a network",
          file.string(), line, problem));
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string content;
  if (in) {
    content.resize(limits::agents_file_bytes_max + 1);
    in.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(in.gcount()));
  }
  // A folder can be opened and not read.
  if (!in.eof() && content.size() <= limits::agents_file_bytes_max) {
    throw StartupError(
        exit_code::config,
        fmt::format("agents.file {} cannot be read: {}; name a file that the edge may "
                    "read, or leave agents.file out",
                    file.string(), std::strerror(errno)));
  }
  if (content.size() > limits::agents_file_bytes_max) {
    throw StartupError(exit_code::config,
                       fmt::format("agents.file {} is longer than {} KiB; shorten it",
                                   file.string(), limits::agents_file_bytes_max / 1024));
  }
  return content;
}

}  // namespace

// Neither empty nor a comment; nothing is wrong when the result is empty.
std::string AgentList::add_line(std::string_view line) {
  if (std::ranges::any_of(line, is_control)) return "there is a control character";
  const std::string_view word = line.substr(0, line.find_first_of(blanks));
  const auto* const known = std::ranges::find(classes, word);
  if (known == classes.end()) return fmt::format("'{}' is no class", word);
  std::string_view pattern = line.substr(word.size());
  pattern.remove_prefix(std::min(pattern.find_first_not_of(blanks), pattern.size()));
  if (pattern.empty()) return "there is no pattern";
  const std::string_view bot = *known == "person" ? std::string_view{} : *known;
  if (pattern.starts_with(network_mark)) {
    return add_network(bot, pattern.substr(network_mark.size()));
  }
  const std::string problem = file_patterns_.add(pattern);
  if (!problem.empty()) return fmt::format("the pattern '{}' is none: {}", pattern, problem);
  file_bots_.push_back(bot);
  return {};
}

std::string AgentList::add_network(std::string_view bot, std::string_view text) {
  const auto range = parse_range(text);
  if (!range) {
    return fmt::format("'{}' is no network such as 198.51.100.0/24 or 2001:db8::/32", text);
  }
  file_networks_.add(*range, bot);
  return {};
}

void AgentList::add_lines(std::string_view content, const std::filesystem::path& file) {
  if (content.starts_with(byte_order_mark)) content.remove_prefix(byte_order_mark.size());
  for (int number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    if (line.empty() || line.front() == '#') continue;
    line = line.substr(0, line.find_last_not_of(blanks) + 1);
    if (const auto problem = add_line(line); !problem.empty()) refuse(file, number, problem);
  }
}

AgentList::AgentList() : built_in_(built_in_list()), file_patterns_(file_memory_bytes_max) {}

std::shared_ptr<const AgentList> AgentList::built_in() {
  static const std::shared_ptr<const AgentList> list = load({});
  return list;
}

std::shared_ptr<const AgentList> AgentList::load(const std::filesystem::path& file) {
  std::shared_ptr<AgentList> list{new AgentList};
  if (file.empty()) return list;
  const std::string content = content_of(file);
  list->add_lines(content, file);
  if (!list->file_patterns_.compile()) {
    throw StartupError(
        exit_code::config,
        fmt::format("agents.file {}: the patterns need more than {} MiB; use fewer or "
                    "simpler ones",
                    file.string(), file_memory_bytes_max >> 20U));
  }
  list->file_version_ = fmt::format(
      "file-{:08x}", static_cast<std::uint32_t>(XXH3_64bits(content.data(), content.size())));
  return list;
}

AgentClass AgentList::find(std::string_view user_agent) const {
  const std::string_view text = user_agent.substr(0, limits::user_agent_bytes_max);
  if (const auto line = file_patterns_.find(text)) {
    const std::string_view bot = file_bots_[*line];
    return bot.empty() ? AgentClass{} : AgentClass{bot, file_version_};
  }
  const std::string_view bot = text.empty() ? "tool" : built_in_->find(text);
  return bot.empty() ? AgentClass{} : AgentClass{bot, version()};
}

AgentClass AgentList::find_network(const IpAddress& address) const noexcept {
  const auto bot = file_networks_.find(address);
  return !bot || bot->empty() ? AgentClass{} : AgentClass{*bot, file_version_};
}

std::string_view AgentList::version() const noexcept {
  return built_in::version();
}

}  // namespace waymark::redirect
