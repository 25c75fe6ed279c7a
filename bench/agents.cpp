// The price of an agent that is not remembered: one look-up in the list, its part of the click line
// escaped, the slot overwritten. known_agent in bench_decide is the ordinary case.
#include "loadtest/mix/agents.hpp"

#include "redirect/agents/built_in_list.hpp"
#include "redirect/decide/user_agent.hpp"

#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

namespace waymark::bench {
namespace {

using namespace redirect;

constexpr std::size_t texts_count = 16 * AgentTable::slots;

std::vector<std::string> people_and_machines() {
  std::vector<std::string> agents;
  for (const auto list : {mix::browsers(), mix::in_app_browsers()}) {
    for (const mix::Browser& browser : list) agents.emplace_back(browser.user_agent);
  }
  for (const mix::Robot& robot : mix::robots()) agents.emplace_back(robot.user_agent);
  return agents;
}

// The agents of the mix, each text with a number of its own at the end.
std::vector<std::string> new_versions() {
  const auto agents = people_and_machines();
  std::vector<std::string> texts;
  for (std::size_t n = 0; n < texts_count; ++n) {
    texts.push_back(agents[n % agents.size()] + " v/" + std::to_string(n));
  }
  return texts;
}

// What somebody sends who wants it to be dear: pieces of the words in any order, as long as is
// looked at.
std::vector<std::string> pieces_of_words() {
  std::mt19937 random{7};
  std::vector<RankedWord> pieces;
  for (const auto table : {built_in::words(), built_in::folded_words()}) {
    pieces.insert(pieces.end(), table.begin(), table.end());
  }
  std::vector<std::string> texts;
  for (std::size_t n = 0; n < texts_count; ++n) {
    std::string& text = texts.emplace_back();
    while (text.size() < limits::user_agent_bytes_max) {
      const std::string_view pattern = pieces[random() % pieces.size()].text;
      text += pattern.substr(0, 1 + random() % pattern.size());
    }
  }
  return texts;
}

// A call of its own, so that its instructions can be counted (README.md).
[[gnu::noinline]] const KnownAgent& find_unknown(AgentTable& table, const std::string& text) {
  return table.find(text);
}

void unknown_agent(benchmark::State& state, std::vector<std::string> (*make)()) {
  const auto texts = make();
  AgentTable table{7};
  std::size_t next = 0;
  for (auto _ : state) {
    const KnownAgent* agent = &find_unknown(table, texts[next]);
    benchmark::DoNotOptimize(agent);
    next = (next + 1) % texts.size();
  }
}
BENCHMARK_CAPTURE(unknown_agent, new_versions, new_versions);
BENCHMARK_CAPTURE(unknown_agent, pieces_of_words, pieces_of_words);

[[gnu::noinline]] void make_list() {
  const BuiltInList list;
  benchmark::DoNotOptimize(list.find("Mozilla/5.0"));
}

// Once per process.
void make(benchmark::State& state) {
  for (auto _ : state) make_list();
}
BENCHMARK(make)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace waymark::bench
