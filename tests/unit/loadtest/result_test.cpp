#include "loadtest/kit/result.hpp"

#include "common/error.hpp"
#include "loadtest/kit/html/html_report.hpp"
#include "loadtest/kit/joined_results.hpp"
#include "loadtest/kit/result_json.hpp"
#include "loadtest/kit/table.hpp"
#include "tests/unit/loadtest/made_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace waymark::loadtest {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string refusal(const std::string& text) {
  try {
    parse_result(text, "run.json");
  } catch (const StartupError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ResultJson, ComesBackAsItWas) {
  const auto text = to_json(full_run());
  EXPECT_EQ(to_json(parse_result(text, "run.json")), text);
  EXPECT_EQ(parse_result(text, "run.json").latency, full_run().latency);
}

TEST(ResultJson, TellsWhichClicksNobodyLookedFor) {
  auto run = full_run();
  run.clicks->not_reconciled = 1'234;
  run.clicks->incomplete = "a reason";
  const auto back = parse_result(to_json(run), "run.json");
  EXPECT_EQ(back.clicks->not_reconciled, 1'234u);
  EXPECT_EQ(back.clicks->incomplete, "a reason");
  EXPECT_THAT(final_table(run), HasSubstr("NOT RECONCILED 1,234: ledger limit"));
  EXPECT_THAT(html_report(run), HasSubstr("NOT RECONCILED 1,234: ledger limit"));
  merge(run, full_run());
  EXPECT_EQ(run.clicks->not_reconciled, 1'234u);
}

TEST(ResultJson, UnknownMembersAreOverlooked) {
  auto text = to_json(full_run());
  text.replace(text.find("\"label\""), 7, "\"later\": {\"a\": [1]}, \"label\"");
  EXPECT_EQ(parse_result(text, "run.json").label, full_run().label);
}

TEST(ResultJson, RefusalsNameFileAndMember) {
  const auto text = to_json(full_run());
  const auto with = [&](const std::string& old_text, const std::string& new_text) {
    auto changed = text;
    changed.replace(changed.find(old_text), old_text.size(), new_text);
    return refusal(changed);
  };
  EXPECT_THAT(with("\"version\": 1", "\"version\": 2"), HasSubstr("run.json: version is 2"));
  EXPECT_THAT(with("\"threads\": 2", "\"threads\": -2"),
              HasSubstr("run.json: threads is not a whole number"));
  EXPECT_THAT(with("\"cpu_user\": 0.2", "\"cpu_user\": \"x\""),
              HasSubstr("generator.cpu_user is not a number"));
  EXPECT_THAT(refusal("{}"), HasSubstr("version is missing"));
  EXPECT_THAT(refusal("[1"), HasSubstr("run.json: not JSON"));
}

TEST(Merge, AddsAndLaysSecondsOverEachOther) {
  auto one = made_run(200, 1, 12);
  auto two = made_run(300, 2, 12);
  two.started_at_ms += 3'000;
  const std::uint64_t answered = one.answered + two.answered;
  auto latency = one.latency;
  latency.merge(two.latency);
  merge(one, two);
  EXPECT_EQ(one.answered, answered);
  EXPECT_EQ(one.latency, latency);
  EXPECT_EQ(one.target_rate, 2000);
  EXPECT_EQ(one.measured_seconds, 15);
  ASSERT_EQ(one.seconds.size(), 15u);
  EXPECT_EQ(one.seconds[2].answered, 1000u);
  EXPECT_EQ(one.seconds[3].answered, 2000u);
  EXPECT_EQ(one.seconds[14].answered, 1000u);
}

TEST(Merge, TheOrderDoesNotMatter) {
  auto early = made_run(200, 1, 12);
  auto late = made_run(300, 2, 12);
  late.started_at_ms += 3'000;
  auto forwards = early;
  merge(forwards, late);
  merge(late, early);
  EXPECT_EQ(to_json(forwards), to_json(late));
}

TEST(Merge, AnotherMachinesClicksAreNotUnexpected) {
  auto one = full_run();
  auto two = full_run();
  one.clicks->unexpected = two.clicks->stored + 5;
  two.clicks->unexpected = one.clicks->stored + 9;
  merge(one, two);
  EXPECT_EQ(one.clicks->unexpected, 5u);
  EXPECT_EQ(one.clicks->missing, 4u);
}

TEST(Merge, LongRunsJoinTheirSeconds) {
  RunResult run;
  for (std::uint32_t at = 0; at < 3600; ++at) {
    auto& second = run.seconds.emplace_back();
    second.at = at;
    second.answered = 1;
  }
  bound_series(run);
  EXPECT_EQ(run.step_seconds, 4u);
  EXPECT_EQ(run.seconds.size(), 900u);
  EXPECT_EQ(run.seconds[1].answered, 4u);
}

TEST(Join, RefusesOtherRuns) {
  std::vector<RunResult> parts{full_run(), full_run()};
  parts[1].url = "http://other/";
  const std::vector<std::string> files{"a.json", "b.json"};
  EXPECT_THROW(join_results(parts, files, {}), StartupError);
  parts[1] = full_run();
  EXPECT_NO_THROW(join_results(parts, files, {}));
  parts[1].clicks->source = "store";
  EXPECT_THROW(join_results(parts, files, {}), StartupError);
  parts[1].clicks.reset();  // it did not look: the other's figures stand
  EXPECT_NO_THROW(join_results(parts, files, {}));
}

TEST(Table, SaysWhatPeopleAskAndKeepsTheWidth) {
  const auto text = final_table(full_run());
  for (const auto* part : {"PASSED", "1,000/s", "p99.99", "latency", "service", "302: 12,000",
                           "connect 1", "person", "64 at most", "late sends", "edge", "2 missing",
                           "redis-stall", "Too few samples for p99.99"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_TRUE(text.starts_with("PASSED"));
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(Table, InvalidComesBeforeFailed) {
  auto run = full_run();
  run.verdict.generator_limited = true;
  run.verdict.thresholds[0].passed = false;
  EXPECT_TRUE(final_table(run).starts_with("INVALID"));
  EXPECT_EQ(exit_code_of(run.verdict), 98);
  run.verdict.generator_limited = false;
  EXPECT_EQ(exit_code_of(run.verdict), 99);
}

TEST(HtmlReport, IsWholeAndEscapes) {
  const auto page = html_report(full_run());
  for (const auto* part :
       {"&lt;b&gt;night&lt;/b&gt; &amp; &quot;day&quot;", "Latency percentiles",
        "Latency over time", "Requests over time", "Status codes", "CPU of servers",
        "Resident memory", "Clicks: answered and in the stream", "redis-stall of redis",
        "--rate 1k"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(html_report(RunResult{}), HasSubstr("no thresholds"));
}

}  // namespace
}  // namespace waymark::loadtest
