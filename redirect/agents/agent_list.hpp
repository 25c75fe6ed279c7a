// Which programs visit, by their User-Agent: an operator's own file first (agents.file), then the
// built-in list (README.md); and by their network, where the file names some. A label for honest
// programs, no defence against others.
//
// Immutable, so that the threads share one; each remembers the answers in its AgentTable
// (decide/user_agent.hpp).
#pragma once

#include "redirect/agents/built_in_list.hpp"
#include "redirect/agents/network_table.hpp"
#include "redirect/agents/pattern_set.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

struct AgentClass {
  std::string_view bot;   // preview, crawler, scanner, tool; empty for people
  std::string_view list;  // version of the list that says so; lives as long as the AgentList
};

class AgentList {
 public:
  // The built-in list with nothing before it; compiled at the first call, once per process.
  static std::shared_ptr<const AgentList> built_in();

  // The built-in list behind the rules of `file`; an empty path is no file. The lines are
  // `<class> <pattern>` or `<class> from <network>`, the class one of person, preview, crawler,
  // scanner, tool; `#` starts a comment line. Throws StartupError that names line and remedy.
  static std::shared_ptr<const AgentList> load(const std::filesystem::path& file);

  // An empty text is a tool unless the file says otherwise. Looks at what a click line records of
  // the text, limits::user_agent_bytes_max, so that stored clicks can be judged again.
  AgentClass find(std::string_view user_agent) const;

  // For agents whose text is a person's: what the file says of their network. No allocation.
  AgentClass find_network(const IpAddress& address) const noexcept;

  // Of the built-in list: `<version of crawler-user-agents>+<digest of our own files>`.
  std::string_view version() const noexcept;
  // Of the file, `file-<digest>`; empty without one.
  const std::string& file_version() const noexcept { return file_version_; }

 private:
  AgentList();
  void add_lines(std::string_view content, const std::filesystem::path& file);
  std::string add_line(std::string_view line);  // says what is wrong with it
  std::string add_network(std::string_view bot, std::string_view range);

  std::shared_ptr<const BuiltInList> built_in_;
  PatternSet file_patterns_;
  std::vector<std::string_view> file_bots_;  // by pattern
  NetworkTable file_networks_;
  std::string file_version_;
};

}  // namespace waymark::redirect
