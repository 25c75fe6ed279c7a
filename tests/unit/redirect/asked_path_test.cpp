#include "redirect/pages/asked_path.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect::test {
namespace {

std::string asked(std::string_view path, CodeCase code_case = CodeCase::fold) {
  constexpr const char* names[] = {"follow", "destination", "svg",        "png",    "root",
                                   "robots", "favicon",     "well_known", "nothing"};
  AskedPathBuffer buffer;
  const AskedPath asks = asked_path(path, code_case, buffer);
  std::string text = names[static_cast<std::size_t>(asks.asks)];
  if (!asks.code.empty()) text.append(" ").append(asks.code);
  if (!asks.name.empty()) text.append(" ").append(asks.name);
  return text;
}

TEST(AskedPath, ACodeIsFollowedInEverySpelling) {
  for (const char* path :
       {"anna7", "Anna7", "anna7/", "anna7.", "anna7,", "anna7;", "anna7:", "anna7!", "anna7?",
        "anna7)", "anna7'", "%61nna7", "%41nna7", "anna%37", "anna7%2E"}) {
    EXPECT_EQ(asked(path), "follow anna7") << path;
  }
  EXPECT_EQ(asked("robots"), "follow robots");
  EXPECT_EQ(asked("favicon"), "follow favicon");
  EXPECT_EQ(asked("Anna7", CodeCase::exact), "follow Anna7");
}

TEST(AskedPath, APlusShowsTheDestination) {
  for (const char* path : {"anna7+", "Anna7+", "anna7%2B", "anna7%2b", "%41nna7+", "anna7+/",
                           "anna7+.", "anna7+)", "anna7/+"}) {
    EXPECT_EQ(asked(path), "destination anna7") << path;
  }
  EXPECT_EQ(asked("Anna7+", CodeCase::exact), "destination Anna7");
}

TEST(AskedPath, APictureHasItsExtension) {
  for (const char* path : {"anna7.svg", "Anna7.svg", "anna7.SVG", "anna7.svg/", "anna7.svg,",
                           "anna7%2Esvg", "%61nna7.svg"}) {
    EXPECT_EQ(asked(path), "svg anna7") << path;
  }
  for (const char* path : {"anna7.png", "Anna7.png", "anna7.Png", "anna7.png)", "anna7.png!"}) {
    EXPECT_EQ(asked(path), "png anna7") << path;
  }
  const std::string longest(64, 'a');
  EXPECT_EQ(asked(longest + ".png"), "png " + longest);
  EXPECT_EQ(asked(longest + "+"), "destination " + longest);
}

TEST(AskedPath, OurOwnPathsAreNoCodes) {
  EXPECT_EQ(asked(""), "root");
  EXPECT_EQ(asked("robots.txt"), "robots");
  EXPECT_EQ(asked("robots%2Etxt"), "robots");
  EXPECT_EQ(asked("favicon.ico"), "favicon");
  EXPECT_EQ(asked(".well-known/security.txt"), "well_known security.txt");
  EXPECT_EQ(asked(".well-known/a/b"), "well_known a/b");
  EXPECT_EQ(asked(".well-known/"), "well_known");
}

TEST(AskedPath, EverythingElseIsNothing) {
  for (const std::string& path : std::initializer_list<std::string>{"+",
                                                                    ".svg",
                                                                    ".png",
                                                                    "/",
                                                                    "anna7++",
                                                                    "anna7.png+",
                                                                    "anna7+.png",
                                                                    "anna7.svg.png",
                                                                    "anna7.svg//",
                                                                    "anna7.jpg",
                                                                    "an/na7+",
                                                                    "an%20na7+",
                                                                    "anna7%252B",
                                                                    "anna7%2",
                                                                    "anna7%zz+",
                                                                    "%00+",
                                                                    "\xc3\xa4+",
                                                                    "Robots.txt",
                                                                    "robots.txt/",
                                                                    "favicon.ico/",
                                                                    ".well-known",
                                                                    "x/.well-known/y",
                                                                    "..%2Fetc+",
                                                                    std::string(65, 'a') + ".png",
                                                                    std::string(300, 'a') + "+",
                                                                    std::string(4'000, '.')}) {
    EXPECT_EQ(asked(path), "nothing") << path;
  }
}

}  // namespace
}  // namespace waymark::redirect::test
