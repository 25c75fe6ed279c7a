// The tracker's settings: what is secret, and how it logs.
#include "tracker/config.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace waymark::tracker {
namespace {

using testing::ContainsRegex;
using testing::Not;

class TrackerSettings : public testing::Test {
 protected:
  TrackerSettings() { bind_settings(settings, config); }
  void load(const std::vector<std::string>& pairs) {
    std::vector<const char*> words{"waymark-tracker"};
    for (const auto& pair : pairs) words.insert(words.end(), {"--set", pair.c_str()});
    settings.load(static_cast<int>(words.size()), words.data());
  }

  TrackerConfig config;
  Settings settings{"tracker"};
};

TEST_F(TrackerSettings, AddressesOfRedisMayHoldPasswordsAndAreNotShown) {
  load({"redis=redis://:word1@h", "redis.links=redis://:word2@h", "redis.stream=redis://:word3@h"});
  EXPECT_EQ(config.stream_url(), "redis://:word3@h");
  EXPECT_THAT(settings.describe(), Not(ContainsRegex("word[123]")));
}

TEST_F(TrackerSettings, AddressesOfRedisComeFromFilesToo) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "redis";
  std::ofstream{file} << "redis://:word@h\n";
  load({"redis_file=" + file.string()});
  EXPECT_EQ(config.links_url(), "redis://:word@h");
}

TEST_F(TrackerSettings, LogAsMuchAndInTheFormThatIsChosen) {
  EXPECT_EQ(config.least_level(), LogLevel::info);
  EXPECT_EQ(config.format(), LogFormat::automatic);
  load({"log.level=warning", "log.format=json"});
  EXPECT_EQ(config.least_level(), LogLevel::warning);
  EXPECT_EQ(config.format(), LogFormat::json);
}

}  // namespace
}  // namespace waymark::tracker
