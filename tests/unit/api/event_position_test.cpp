#include "tracker/api/event_position.hpp"

#include <gtest/gtest.h>

namespace waymark::tracker {
namespace {

TEST(EventPosition, NamesEntryAndLineOfEachShard) {
  const EventPosition position{{"0", {{1718360049300, 0}, 3}}, {"b", {{5, 1}, 0}}};
  EXPECT_EQ(event_id(position), "0:1718360049300-0/3,b:5-1");
  EXPECT_EQ(parse_event_id("0:1718360049300-0/3,b:5-1"), position);
}

TEST(EventPosition, AnEntryThatIsDoneInPartIsReadAgain) {
  EXPECT_EQ((ShardPlace{{7, 2}, 3}.read_after()), (StreamId{7, 1}));
  EXPECT_EQ((ShardPlace{{7, 2}, 0}.read_after()), (StreamId{7, 2}));
}

TEST(EventPosition, RefusesWhatIsNone) {
  for (const char* text : {"", "0", "0:", ":5-1", "0:5-1/", "0:5-1/0", "0:5-1/x", "0:x-1",
                           "0:5-1,b", "0:5-1/99999999999999999999"}) {
    EXPECT_FALSE(parse_event_id(text)) << text;
  }
}

}  // namespace
}  // namespace waymark::tracker
