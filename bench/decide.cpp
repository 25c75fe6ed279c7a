// From a parsed request and its link to the answer and the click line; and the whole of it, from
// bytes to bytes, as the edge does it in user space.

#include "bench/support/edge_thread.hpp"
#include "common/code.hpp"
#include "redirect/links/link_cache.hpp"
#include "redirect/server/request_parser.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace waymark::bench {
namespace {

using namespace redirect;

using Choose = bool (*)(const Case&);

bool anybody(const Case&) {
  return true;
}

void decide_only(benchmark::State& state, Choose choose) {
  EdgeThread thread;
  const auto cases = corpus().select(choose);
  Cycle cycle{cases};
  for (auto _ : state) {
    const Case& each = *cycle.next();
    const KnownAgent& agent = thread.agent_of(each.request);
    benchmark::DoNotOptimize(thread.decide(each.request, agent.agent, *each.link));
  }
}
BENCHMARK_CAPTURE(decide_only, mix, anybody);
BENCHMARK_CAPTURE(decide_only, new_visitor, is_new_visitor);
BENCHMARK_CAPTURE(decide_only, returning_visitor, is_returning_visitor);

// As many rules as there may be, asking for languages and for parameters in turn; none holds.
std::shared_ptr<const ResolvedLink> link_with_rules() {
  std::string rules;
  for (std::size_t i = 0; i < limits::rules_max; ++i) {
    rules += fmt::format(R"({}{{"when":{{{}}},"destination":"https://shop.example/{}"}})",
                         i == 0 ? "[" : ",",
                         i % 2 == 0 ? fmt::format(R"("language":["de-{:03}"])", i)
                                    : fmt::format(R"("query":{{"p":"{}"}})", i),
                         i);
  }
  LinkRecord record;
  record.destination = "https://shop.example/";
  record.rules = rules + "]";
  return resolve_link("ruled", record, resolve_campaign({}, {}, false));
}

std::string repeated(std::string_view text, std::size_t bytes_max) {
  std::string whole;
  while (whole.size() + text.size() <= bytes_max) whole += text;
  return whole;
}

// What a visitor sends must not make a link with rules dear: the longest fields there may be beside
// those of a browser.
void decide_ruled(benchmark::State& state, const std::string& query,
                  const std::string& accept_language) {
  EdgeThread thread;
  const auto link = link_with_rules();
  Request request;
  request.query = query;
  request.accept_language = accept_language;
  request.user_agent = corpus().select(is_new_visitor).front()->request.user_agent;
  const KnownAgent& agent = thread.agent_of(request);
  for (auto _ : state) {
    const Decision decision = thread.decide(request, agent.agent, *link);
    if (decision.rule) state.SkipWithError("a rule holds");
  }
}
const std::string browsers_query = "utm_source=mail&p=x";
const std::string browsers_languages = "en-US,en;q=0.9,de;q=0.8";
BENCHMARK_CAPTURE(decide_ruled, browser, browsers_query, browsers_languages);
BENCHMARK_CAPTURE(decide_ruled, longest_languages, browsers_query,
                  repeated("de,", limits::header_bytes_max - 512));
BENCHMARK_CAPTURE(decide_ruled, longest_query, repeated("p=x&", limits::target_bytes_max),
                  browsers_languages);

void known_agent(benchmark::State& state) {
  EdgeThread thread;
  const auto cases = corpus().select(anybody);
  Cycle cycle{cases};
  for (auto _ : state) {
    const KnownAgent* agent = &thread.agent_of(cycle.next()->request);
    benchmark::DoNotOptimize(agent);
  }
}
BENCHMARK(known_agent);

// A decision made beforehand, with the memory that it points into.
struct Made {
  const Case* source;
  KnownAgent agent;
  DecideScratch scratch;
  Decision decision;
};

std::deque<Made> decide_beforehand(Choose choose) {
  EdgeThread thread;
  std::deque<Made> made;
  for (const Case* each : corpus().select(choose)) {
    Made& next = made.emplace_back();
    next.source = each;
    next.agent = thread.agent_of(each->request);
    next.decision = thread.decide(each->request, next.agent.agent, *each->link, next.scratch);
    if (made.size() == 64) break;
  }
  return made;
}

void answer_only(benchmark::State& state, Choose choose) {
  EdgeThread thread;
  const auto made = decide_beforehand(choose);
  Cycle cycle{made};
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Made& each = cycle.next();
    bytes += thread.answer_to(each.decision, each.source->request, *each.source->link).size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK_CAPTURE(answer_only, new_visitor, is_new_visitor);
BENCHMARK_CAPTURE(answer_only, returning_visitor, is_returning_visitor);

void click_line_only(benchmark::State& state, Choose choose) {
  EdgeThread thread;
  const auto made = decide_beforehand(choose);
  Cycle cycle{made};
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Made& each = cycle.next();
    bytes +=
        thread.line_of(each.decision, each.source->request, each.agent, *each.source->link).size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK_CAPTURE(click_line_only, new_visitor, is_new_visitor);
BENCHMARK_CAPTURE(click_line_only, returning_visitor, is_returning_visitor);

// Everything between recv() and send(), but the journal's memory.
class WholePath {
 public:
  WholePath() {
    for (const auto& [code, link] : corpus().links) {
      cache_.store(1, code, {LookupStatus::answered, nullptr, link, nullptr}, steady_ms);
    }
  }

  // A call of its own, so that its instructions can be counted (README.md).
  [[gnu::noinline]] bool serve_one(std::string_view bytes) {
    Request request;
    if (parse_request(bytes, request).bytes != bytes.size() ||
        split_target(request, host_) != Refusal::none) {
      return false;
    }
    const auto code = normalize_code(request.path, CodeCase::fold, code_);
    if (!code) return false;
    const ResolvedLink* link = cache_.find(1, *code, steady_ms, false).link;
    if (link == nullptr) return false;
    const KnownAgent& agent = thread_.agent_of(request);
    const Decision decision = thread_.decide(request, agent.agent, *link);
    benchmark::DoNotOptimize(thread_.line_of(decision, request, agent, *link));
    benchmark::DoNotOptimize(thread_.answer_to(decision, request, *link));
    return true;
  }

 private:
  static constexpr std::uint64_t steady_ms = 60'000;

  EdgeThread thread_;
  LinkCache cache_{{.bytes_max = 64U << 20U, .absences_max = 65'536, .seed = 7}};
  HostBuffer host_;
  char code_[limits::code_bytes_max];
};

void whole_path(benchmark::State& state, Choose choose) {
  WholePath path;
  const auto cases = corpus().select(choose);
  Cycle cycle{cases};
  std::size_t lost = 0;
  for (auto _ : state) lost += !path.serve_one(cycle.next()->source->bytes);
  if (lost > 0) state.SkipWithError("requests of the mix led nowhere");
}
BENCHMARK_CAPTURE(whole_path, mix, anybody);
BENCHMARK_CAPTURE(whole_path, new_visitor, is_new_visitor);
BENCHMARK_CAPTURE(whole_path, returning_visitor, is_returning_visitor);

}  // namespace
}  // namespace waymark::bench
