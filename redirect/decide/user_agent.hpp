// What a User-Agent says about who asks: coarse device and system, and whether it is no person. The
// words are few and short on purpose: a label for honest programs, no defence against others.
//
// AgentTable remembers the answer for each distinct text, so that the words are searched once.
#pragma once

#include "common/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

struct Agent {
  std::string_view bot;     // "preview", "crawler", "scanner", "tool"; empty for people
  std::string_view device;  // "mobile", "tablet", "desktop", "other"
  std::string_view os;      // "ios", "android", "windows", "macos", "linux", "chromeos", "other"
};

// Pure. An empty text is a tool.
Agent classify_agent(std::string_view user_agent) noexcept;

struct KnownAgent {
  Agent agent;
  std::string click_json;  // members of the click line: ua (capped), device, os
};

// One per thread; bounded; a slot is overwritten by the next agent that falls on it.
class AgentTable {
 public:
  static constexpr std::size_t slots = 4096;

  // `seed` keeps outsiders from choosing which agents collide.
  explicit AgentTable(std::uint64_t seed);

  // Valid until the next call.
  const KnownAgent& find(std::string_view user_agent);

 private:
  struct Slot {
    std::uint64_t hash = 0;
    KnownAgent known;
  };
  std::uint64_t seed_;
  std::vector<Slot> slots_;
};

}  // namespace waymark::redirect
