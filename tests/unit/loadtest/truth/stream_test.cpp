// Events out of bytes, and clicks of the stream beside those answered.
#include "loadtest/kit/clicks/event_parser.hpp"
#include "loadtest/kit/clicks/stream_witness.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> events(EventParser& parser, std::string_view bytes, std::size_t cut) {
  std::vector<std::string> heard;
  const auto hear = [&](std::string_view type, std::string_view data) {
    heard.push_back(std::string{type} + "=" + std::string{data});
  };
  for (; !bytes.empty(); bytes.remove_prefix(std::min(cut, bytes.size()))) {
    EXPECT_TRUE(parser.feed(bytes.substr(0, cut), hear));
  }
  return heard;
}

TEST(EventParser, ReadsEventsHoweverTheBytesAreCut) {
  const std::string_view bytes =
      "retry: 2000\n\n: heartbeat\n\nid: 0:5-0/1\nevent: click\ndata: {\"a\":1}\n\n"
      "event:gap\r\ndata: one\r\ndata: two\r\n\r\nid: 0:6-0\n\nid: 0:7-0\nevent: click\n";
  for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
    EventParser parser;
    EXPECT_EQ(events(parser, bytes, cut),
              (std::vector<std::string>{"click={\"a\":1}", "gap=one\ntwo"}));
    EXPECT_EQ(parser.last_id(), "0:6-0") << "an event that is not whole has not happened";
  }
}

TEST(EventParser, HalfAnEventIsForgottenWhenTheAnswerBreaks) {
  EventParser parser;
  parser.set_last_id("0:1-0");
  EXPECT_TRUE(events(parser, "id: 0:2-0\nevent: click\ndata: half\nda", 100).empty());
  parser.restart();
  EXPECT_EQ(events(parser, "data: whole\n\n", 100), std::vector<std::string>{"=whole"});
  EXPECT_EQ(parser.last_id(), "0:1-0");
}

TEST(EventParser, GivesUpALineWithoutEnd) {
  EventParser parser;
  const std::string much(EventParser::line_bytes_max + 1, 'x');
  EXPECT_FALSE(parser.feed(much, [](std::string_view, std::string_view) {}));
}

TEST(StreamComparison, TellsTwiceMissingLateAndOthers) {
  Uuid7Generator generator;
  std::vector<AnsweredClick> answered;
  for (int i = 0; i < 4; ++i) answered.push_back({generator.next(1'700'000'000'000), {}});
  const auto other = generator.next(1'700'000'000'000);
  answered.push_back({generator.next(1'700'000'000'000), SteadyTime{5s}});
  ClickTally tally{answered};
  StreamComparison comparison{tally};
  const auto event = [](const Uuid& id, auto at) { return AnsweredClick{id, SteadyTime{at}}; };
  comparison.hear(std::vector{event(answered[0].id, 10ms), event(answered[1].id, 2s)});
  comparison.hear(std::vector{event(answered[0].id, 3s), event(answered[0].id, 4s),
                              event(other, 5s),
                              event(answered[4].id, 4s),  // heard before its answer was read
                              event(generator.next(1'700'000'000'001), 6s)});  // behind the run
  EXPECT_EQ(tally.found(), 3u);
  EXPECT_EQ(tally.missing(), 2u);
  EXPECT_EQ(tally.twice(), 1u);
  EXPECT_EQ(tally.unexpected(), 1u);
  EXPECT_EQ(comparison.late(), 1u) << "the time of a repetition does not count";
  EXPECT_EQ(comparison.latency().count(), 3u);
  EXPECT_EQ(comparison.latency().min(), 0u);
}

}  // namespace
}  // namespace waymark::loadtest
