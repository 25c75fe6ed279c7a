#include "redirect/pages/language.hpp"

#include "common/utf8.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace waymark::redirect::test {
namespace {

TEST(Languages, EveryTextIsThereInEveryLanguage) {
  const auto languages = parse_languages(page_texts);
  ASSERT_FALSE(languages.empty());
  EXPECT_EQ(languages.front().tag(), "en");
  std::set<std::string> tags;
  for (const Language& language : languages) {
    for (const std::string& tag : language.tags) {
      EXPECT_TRUE(tags.insert(tag).second) << tag << " twice";
    }
    // The parser fills gaps with English: ask the table itself.
    const std::size_t begin = page_texts.find("\n[" + language.tag());
    ASSERT_NE(begin, std::string_view::npos) << language.tag();
    const std::string_view section =
        page_texts.substr(begin, page_texts.find("\n[", begin + 1) - begin);
    for (const std::string_view name : text_names) {
      EXPECT_NE(section.find("\n" + std::string{name} + " = "), std::string_view::npos)
          << language.tag() << " lacks " << name;
    }
    for (const std::string& text : language.texts) EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* tag :
       {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "ja", "zh", "tr", "ar"}) {
    EXPECT_TRUE(tags.contains(tag)) << tag;
  }
}

TEST(Languages, GapsAreTheFirstLanguages) {
  const auto languages = parse_languages(
      "# comment\n[en]\ngone = Gone\r\nroot = Links\n\n[ar ar-x]\ndirection = rtl\nroot = R\n");
  ASSERT_EQ(languages.size(), 2U);
  EXPECT_EQ(languages[1][Text::gone], "Gone");
  EXPECT_EQ(languages[1][Text::root], "R");
  EXPECT_TRUE(languages[1].right_to_left);
  EXPECT_FALSE(languages[0].right_to_left);
  EXPECT_EQ(languages[1].tags, (std::vector<std::string>{"ar", "ar-x"}));
}

TEST(Languages, ABrokenTableNamesTheLine) {
  for (const char* text :
       {"[en]\nwhat = x\n", "[en]\nnonsense\n", "[]\n[en]\n", "gone = x\n", ""}) {
    EXPECT_THROW(parse_languages(text), std::runtime_error) << text;
  }
  try {
    parse_languages("[en]\ngone = Gone\nwhat = x\n");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "texts.txt, line 3: unknown name");
  }
}

TEST(ChooseLanguage, Table) {
  const auto languages = parse_languages(page_texts);
  struct Row {
    const char* accept_language;
    const char* chosen;
  };
  for (const auto& [accept_language, chosen] : std::initializer_list<Row>{
           {"", "en"},
           {"de", "de"},
           {"DE-at", "de"},
           {"de-DE,de;q=0.9,en;q=0.8", "de"},
           {"en-GB,en;q=0.9,de;q=0.8", "en"},
           {"fr;q=0.5, es;q=0.7 , it;q=0.6", "es"},
           {"fr;q=0.51,es;q=0.511", "es"},
           {"xx,sv;q=0.1", "sv"},
           {"xx", "en"},
           {"*", "en"},
           {"*,de;q=0.5", "de"},
           {"de;q=0,fr;q=0.1", "fr"},
           {"de;q=0.000", "en"},
           {"de;q=1.000,fr", "de"},
           {"fr,de", "fr"},
           {"zh", "zh"},
           {"zh-CN", "zh"},
           {"zh-Hans-CN", "zh"},
           {"zh-TW", "zh-Hant"},
           {"zh-Hant-HK", "zh-Hant"},
           {"no", "nb"},
           {"nn-NO", "nb"},
           {"iw", "he"},
           {"ar-EG", "ar"},
           {"pt-BR", "pt"},
           {"d", "en"},
           {"deu", "en"},
           {",,;,;q=,de", "de"},
           {"de;level=1;q=0.1,fr;q=0.2", "fr"},
           {"es;q=1.0000,fr;q=0.9", "es"},
           {"de;q=nonsense", "en"},
           {"-", "en"},
       }) {
    EXPECT_EQ(languages[choose_language(accept_language, languages)].tag(), chosen)
        << accept_language;
  }
}

}  // namespace
}  // namespace waymark::redirect::test
