#include "tests/faults/proxy/commands.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <stdexcept>
#include <vector>

namespace waymark::fault {
namespace {

using Words = std::vector<std::string_view>;

Words split(std::string_view line) {
  Words words;
  for (std::size_t at = 0; at < line.size();) {
    const auto end = std::min(line.find(' ', at), line.size());
    if (end > at) words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::uint64_t number(const Words& words, std::size_t index) {
  std::uint64_t value = 0;
  const std::string_view text = index < words.size() ? words[index] : "";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument{fmt::format("{} wants a number, not '{}'", words[0], text)};
  }
  return value;
}

// What the word at `index` means: both ways when there is none.
std::vector<Direction*> ways(Proxy& proxy, const Words& words, std::size_t index) {
  if (words.size() == index) return {&proxy.up, &proxy.down};
  if (words.size() == index + 1 && words[index] == "up") return {&proxy.up};
  if (words.size() == index + 1 && words[index] == "down") return {&proxy.down};
  throw std::invalid_argument{fmt::format("{}: the way is up or down", words[0])};
}

void pass(Proxy& proxy, const Words&) {
  proxy.up.faults = proxy.down.faults = {};
  proxy.accept();
}

void delay(Proxy& proxy, const Words& words) {
  const std::chrono::milliseconds time{number(words, 1)};
  for (Direction* way : ways(proxy, words, 2)) way->faults.delay = time;
}

void limit(Proxy& proxy, const Words& words) {
  const auto bytes = number(words, 1);
  for (Direction* way : ways(proxy, words, 2)) way->faults.bytes_per_second = bytes;
}

void stall(Proxy& proxy, const Words& words) {
  for (Direction* way : ways(proxy, words, 1)) way->faults.stalled = true;
}

void garble(Proxy& proxy, const Words& words) {
  const auto one_in = number(words, 1);
  const auto seed = number(words, 2);
  for (Direction* way : ways(proxy, words, 3)) {
    way->random.seed(seed);
    way->faults.garble_one_in = one_in;
  }
}

void cut_after(Proxy& proxy, const Words& words) {
  const auto bytes = number(words, 1);
  const auto chosen = ways(proxy, words, 2);
  if (chosen.size() != 1) throw std::invalid_argument{"cut-after wants a way: up or down"};
  chosen.front()->faults.cut_after = bytes;
}

void half_close(Proxy& proxy, const Words& words) {
  for (const Direction* way : ways(proxy, words, 1)) proxy.half_close(way == &proxy.up);
}

void server(Proxy& proxy, const Words& words) {
  const auto endpoint = parse_server(words.size() == 2 ? words[1] : "");
  if (!endpoint) throw std::invalid_argument{"server wants IP:PORT or unix:/path"};
  proxy.set_server(*endpoint);
}

std::string counts(Proxy& proxy) {
  return fmt::format("connections={} open={} up={} down={} garbled={}", proxy.accepted(),
                     proxy.open(), proxy.up.bytes, proxy.down.bytes,
                     proxy.up.garbled + proxy.down.garbled);
}

}  // namespace

std::string obey(Proxy& proxy, std::string_view line) {
  static const std::map<std::string_view, void (*)(Proxy&, const Words&)> commands{
      {"pass", pass},
      {"delay", delay},
      {"limit", limit},
      {"stall", stall},
      {"garble", garble},
      {"cut", [](Proxy& p, const Words&) { p.cut(); }},
      {"cut-after", cut_after},
      {"half-close", half_close},
      {"refuse", [](Proxy& p, const Words&) { p.refuse(); }},
      {"server", server},
  };
  const Words words = split(line);
  if (words.size() == 1 && words[0] == "counts") return counts(proxy);
  const auto found = commands.find(words.empty() ? "" : words[0]);
  if (found == commands.end()) return fmt::format("error: no command '{}'", line);
  try {
    found->second(proxy, words);
  } catch (const std::invalid_argument& error) {
    return fmt::format("error: {}", error.what());
  }
  proxy.faults_changed();
  return "ok";
}

}  // namespace waymark::fault
