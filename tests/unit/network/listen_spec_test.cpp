#include "redirect/server/listen_spec.hpp"

#include "common/error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark::redirect {
namespace {

using Texts = std::vector<std::string>;
using Kind = ListenSpec::Kind;

TEST(ListenSpecs, KnowsEveryForm) {
  const auto specs =
      listen_specs({"127.0.0.1:8080", "[::1]:8080", ":8081", "unix:/run/w.sock", "fd:web"}, {}, {});
  ASSERT_EQ(specs.size(), 5U);
  EXPECT_EQ(specs[0].kind, Kind::tcp);
  EXPECT_EQ(specs[1].address.host, "::1");
  EXPECT_EQ(specs[2].address.host, "");
  EXPECT_EQ(specs[2].address.port, 8081);
  EXPECT_EQ(specs[3].kind, Kind::unix_path);
  EXPECT_EQ(specs[3].name, "/run/w.sock");
  EXPECT_EQ(specs[4].kind, Kind::activated);
  EXPECT_EQ(specs[4].name, "web");
  const char* const texts[] = {"127.0.0.1:8080", "[::1]:8080", ":8081", "unix:/run/w.sock",
                               "fd:web"};
  for (std::size_t i = 0; i < specs.size(); ++i) {
    EXPECT_EQ(specs[i].text(), texts[i]);
    EXPECT_FALSE(specs[i].proxy || specs[i].tls);
  }
}

TEST(ListenSpecs, TheListTellsWhatComesFirst) {
  const auto specs = listen_specs({":1"}, {":2", ":4"}, {":3", ":4"});
  ASSERT_EQ(specs.size(), 4U);
  EXPECT_TRUE(!specs[0].proxy && !specs[0].tls);
  EXPECT_TRUE(specs[1].proxy && !specs[1].tls);
  EXPECT_TRUE(specs[2].proxy && specs[2].tls) << specs[2].text();
  EXPECT_TRUE(!specs[3].proxy && specs[3].tls);
}

TEST(ListenSpecs, FreePortsMayBeAskedForSeveralTimes) {
  EXPECT_EQ(listen_specs({"127.0.0.1:0", "127.0.0.1:0"}, {}, {"127.0.0.1:0"}).size(), 3U);
}

void expect_refused(const Texts& plain, const Texts& proxy, const Texts& tls,
                    const std::string& word) {
  try {
    listen_specs(plain, proxy, tls);
    ADD_FAILURE() << "taken: " << word;
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::config);
    EXPECT_NE(std::string{error.what()}.find(word), std::string::npos) << error.what();
  }
}

TEST(ListenSpecs, RefusesWhatCannotBe) {
  expect_refused({"8080"}, {}, {}, "listen: '8080'");
  expect_refused({}, {"localhost"}, {}, "proxies.listen: 'localhost'");
  expect_refused({}, {}, {"::1:443"}, "tls.listen: '::1:443'");
  expect_refused({"unix:"}, {}, {}, "listen: 'unix:'");
  expect_refused({"fd:"}, {}, {}, "listen: 'fd:'");
  expect_refused({":1", ":1"}, {}, {}, "listen: ':1'");
  expect_refused({":1"}, {}, {":1"}, "tls.listen: ':1'");
  expect_refused({":1"}, {":1"}, {}, "proxies.listen: ':1'");
  expect_refused({}, {}, {":1", ":1"}, "tls.listen: ':1'");
  expect_refused({}, {}, {}, "nowhere to listen");
}

}  // namespace
}  // namespace waymark::redirect
