// Redis URLs.
#include "common/error.hpp"
#include "common/redis/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::redis {
namespace {

TEST(RedisUrl, ReadsEveryForm) {
  Url plain;
  plain.addresses = {{"h", 6379, ""}};
  EXPECT_EQ(parse_url("redis://h", "redis"), plain);

  Url full;
  full.addresses = {{"::1", 7, ""}, {"b", 6379, ""}, {"c", 9, ""}};
  full.user = "u";
  full.password = "p@:";
  full.database = 2;
  EXPECT_EQ(parse_url("redis://u:p%40%3a@[::1]:7,b,c:9/2", "redis"), full);

  Url secure = plain;
  secure.password = "p";
  secure.tls = true;
  EXPECT_EQ(parse_url("rediss://:p@h/", "redis"), secure);

  Url sentinels;
  sentinels.addresses = {{"a", 26379, ""}, {"b", 5, ""}};
  sentinels.master = "my";
  sentinels.password = "p";
  EXPECT_EQ(parse_url("redis+sentinel://:p@a,b:5/my", "redis"), sentinels);
  sentinels.database = 2;
  sentinels.tls = true;
  EXPECT_EQ(parse_url("rediss+sentinel://:p@a,b:5/my/2", "redis"), sentinels);

  Url socket;
  socket.addresses = {{"", 0, "/run/r.sock"}};
  socket.database = 3;
  EXPECT_EQ(parse_url("unix:///run/r.sock?db=3", "redis"), socket);
}

TEST(RedisUrl, ComesBackWithoutItsPassword) {
  for (const char* text :
       {"redis://h:6379", "redis://[::1]:7,b:8/2", "rediss://h:1", "unix:///run/r.sock",
        "unix:///run/r.sock?db=3", "redis+sentinel://a:1,b:2/my", "rediss+sentinel://a:1/my/3"}) {
    EXPECT_EQ(parse_url(text, "redis").masked(), text);
  }
  EXPECT_EQ(parse_url("redis://u:secret@h:1", "redis").masked(), "redis://u:***@h:1");
}

TEST(RedisUrl, SaysWhatIsWrong) {
  const auto problem = [](const std::string& text) -> std::string {
    try {
      parse_url(text, "redis.links");
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), exit_code::config);
      return error.what();
    }
    return "it was taken";
  };
  using testing::HasSubstr;
  EXPECT_THAT(problem("localhost:6379"), HasSubstr("must start with redis://"));
  EXPECT_THAT(problem(""), testing::StartsWith("redis.links: "));
  EXPECT_THAT(problem("redis://"), HasSubstr("host is missing"));
  EXPECT_THAT(problem("redis+sentinel://a"), HasSubstr("name of the master is missing"));
  EXPECT_THAT(problem("redis+sentinel://a/my/x"), HasSubstr("\"x\" is not a number"));
  EXPECT_THAT(problem("redis://h,,b"), HasSubstr("host is missing"));
  EXPECT_THAT(problem("redis://h:0"), HasSubstr("port 0"));
  EXPECT_THAT(problem("redis://h:70000"), HasSubstr("\"70000\" is not a number"));
  EXPECT_THAT(problem("redis://[::1"), HasSubstr("closing ]"));
  EXPECT_THAT(problem("redis://[::1]7"), HasSubstr("after the address"));
  EXPECT_THAT(problem("redis://h/zero"), HasSubstr("database"));
  EXPECT_THAT(problem("redis://secret@h"), HasSubstr("write the password as"));
  EXPECT_THAT(problem("redis://u:%zz@h"), HasSubstr("two hex digits"));
  EXPECT_THAT(problem("unix://relative"), HasSubstr("starts with /"));
  EXPECT_THAT(problem("unix:///s?x=1"), HasSubstr("only ?db=NUMBER"));
  EXPECT_THAT(problem("unix:///" + std::string(200, 'a')), HasSubstr("at most 107 bytes"));
  EXPECT_THAT(problem("redis://u:secret@h:x"), testing::Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace waymark::redis
