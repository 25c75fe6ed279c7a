// What a User-Agent says about who asks: coarse device and system, and whether it is no person
// (agents/agent_list.hpp).
//
// AgentTable remembers the answer for each distinct text, so that it is searched once.
#pragma once

#include "common/limits.hpp"
#include "redirect/agents/agent_list.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

struct Agent {
  std::string_view bot;     // "preview", "crawler", "scanner", "tool"; empty for people
  std::string_view device;  // "mobile", "tablet", "desktop", "other"
  std::string_view os;      // "ios", "android", "windows", "macos", "linux", "chromeos", "other"
  std::string_view list;    // version of the list that gave `bot`; empty for people
};

// Pure. `list` must outlive the answer.
Agent classify_agent(std::string_view user_agent, const AgentList& list = *AgentList::built_in());

struct KnownAgent {
  Agent agent;
  std::string click_json;  // members of the click line: ua (capped), device, os
};

// One per thread; bounded; a slot is overwritten by the next agent that falls on it.
class AgentTable {
 public:
  static constexpr std::size_t slots = 4096;

  // `seed` keeps outsiders from choosing which agents collide.
  explicit AgentTable(std::uint64_t seed,
                      std::shared_ptr<const AgentList> list = AgentList::built_in());

  // Valid until the next call.
  const KnownAgent& find(std::string_view user_agent);

  const AgentList& list() const noexcept { return *list_; }
  // Forgets every answer.
  void set_list(std::shared_ptr<const AgentList> list);

 private:
  struct Slot {
    std::uint64_t hash = 0;
    KnownAgent known;
  };
  std::uint64_t seed_;
  std::shared_ptr<const AgentList> list_;
  std::vector<Slot> slots_;
};

}  // namespace waymark::redirect
