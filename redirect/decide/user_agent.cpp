#include "redirect/decide/user_agent.hpp"

#include "common/ascii.hpp"
#include "common/click_line.hpp"

#include <xxhash.h>

#include <array>
#include <utility>

namespace waymark::redirect {
namespace {

constexpr std::size_t looked_at_max = 1024;  // of the text, when searching for words

// `word` in lower case.
bool has(std::string_view text, std::string_view word) noexcept {
  return text.find(word) != std::string_view::npos;
}

std::string_view os_of(std::string_view text) noexcept {
  if (has(text, "iphone") || has(text, "ipad") || has(text, "ipod")) return "ios";
  if (has(text, "android")) return "android";
  if (has(text, "windows")) return "windows";
  if (has(text, "cros ")) return "chromeos";
  if (has(text, "mac os x") || has(text, "macintosh")) return "macos";
  if (has(text, "linux") || has(text, "x11")) return "linux";
  return "other";
}

std::string_view device_of(std::string_view text, std::string_view os) noexcept {
  if (has(text, "ipad") || has(text, "tablet")) return "tablet";
  if (os == "android") return has(text, "mobile") ? "mobile" : "tablet";
  if (os == "ios" || has(text, "mobile")) return "mobile";
  if (os == "other") return "other";
  return "desktop";
}

}  // namespace

Agent classify_agent(std::string_view user_agent, const AgentList& list) {
  std::array<char, looked_at_max> lowered;
  const std::string_view head = user_agent.substr(0, looked_at_max);
  for (std::size_t i = 0; i < head.size(); ++i) lowered[i] = lower(head[i]);
  const std::string_view text{lowered.data(), head.size()};
  const std::string_view os = os_of(text);
  const AgentClass by_list = list.find(user_agent);
  return {by_list.bot, device_of(text, os), os, by_list.list};
}

AgentTable::AgentTable(std::uint64_t seed, std::shared_ptr<const AgentList> list)
    : seed_(seed), list_(std::move(list)), slots_(slots) {}

const KnownAgent& AgentTable::find(std::string_view user_agent) {
  // The lowest bit marks a used slot.
  const std::uint64_t hash = XXH3_64bits_withSeed(user_agent.data(), user_agent.size(), seed_) | 1U;
  Slot& slot = slots_[(hash >> 1U) % slots];
  if (slot.hash != hash) {
    const Agent agent = classify_agent(user_agent, *list_);
    std::string json;
    const std::string_view capped = user_agent.substr(0, limits::user_agent_bytes_max);
    if (!capped.empty()) json.append("\"ua\":\"").append(json_escaped(capped)).append("\",");
    json.append("\"device\":\"").append(agent.device);
    json.append("\",\"os\":\"").append(agent.os).append("\",");
    slot = Slot{hash, {agent, std::move(json)}};
  }
  return slot.known;
}

void AgentTable::set_list(std::shared_ptr<const AgentList> list) {
  for (Slot& slot : slots_) slot.hash = 0;
  list_ = std::move(list);
}

}  // namespace waymark::redirect
