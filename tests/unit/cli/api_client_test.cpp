#include "tracker/cli/api_client.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

TEST(Member, IsTextWhateverItsType) {
  const auto object = boost::json::parse(
      R"({"text":"a b","number":7,"days":6E1,"part":7.5,"flag":true,"none":null,"list":[1]})");
  EXPECT_EQ(member(object, "text"), "a b");
  EXPECT_EQ(member(object, "number"), "7");
  EXPECT_EQ(member(object, "days"), "60");
  EXPECT_EQ(member(object, "part"), "7.5");
  EXPECT_EQ(member(object, "flag"), "true");
  for (const auto* name : {"none", "list", "absent"}) {
    EXPECT_EQ(member(object, name), "") << name;
  }
  EXPECT_EQ(member(nullptr, "text"), "");
}

TEST(PathSegment, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(path_segment("lnk_1-a.b~"), "lnk_1-a.b~");
  EXPECT_EQ(path_segment("../x?y=1&z #"), "..%2Fx%3Fy%3D1%26z%20%23");
}

TEST(List, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(data_of(boost::json::parse(R"({"data":[1,2]})")).size(), 2U);
  EXPECT_TRUE(data_of(boost::json::parse(R"({"data":7})")).empty());
  EXPECT_TRUE(data_of(nullptr).empty());
}

}  // namespace
}  // namespace waymark::cli
