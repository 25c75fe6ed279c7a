// Which rule meets the languages that a visitor accepts.
#include "visit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark::redirect::test {
namespace {

constexpr int no_rule = -1;

struct LanguageRow {
  const char* accepted;
  std::vector<const char*> languages;  // of one rule each
  int rule;
};

// The rule that decides for a visitor of a link with one rule for each language.
int rule_for(const std::string& accepted, const std::vector<const char*>& languages) {
  std::string rules;
  for (const char* language : languages) {
    rules += std::string{rules.empty() ? "[" : ","} + R"({"when":{"language":[")" + language +
             R"("]},"destination":"https://rule.example/"})";
  }
  Desk desk;
  const Visit visit{"/a", "Accept-Language: " + accepted + "\r\n"};
  const auto rule = desk.decide(visit, *ruled(rules + "]")).rule;
  return rule ? static_cast<int>(*rule) : no_rule;
}

class RuleLanguages : public testing::TestWithParam<LanguageRow> {};

TEST_P(RuleLanguages, AreTheMostWantedOfThoseThatRulesName) {
  EXPECT_EQ(rule_for(GetParam().accepted, GetParam().languages), GetParam().rule)
      << GetParam().accepted;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RuleLanguages,
    testing::Values(
        LanguageRow{"de", {"de"}, 0}, LanguageRow{"DE-at", {"de"}, 0},
        LanguageRow{"de-AT", {"de-AT"}, 0}, LanguageRow{"de", {"de-AT"}, no_rule},
        LanguageRow{"", {"de"}, no_rule}, LanguageRow{"*", {"de"}, no_rule},
        LanguageRow{"den", {"de"}, no_rule}, LanguageRow{"d", {"de"}, no_rule},
        // By weight, not by the order of the rules.
        LanguageRow{"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", {"en", "de"}, 1},
        LanguageRow{"en;q=0.3, de;q=0.8", {"en", "de"}, 1},
        LanguageRow{"en ; q=0.3\t, de", {"fr", "en", "de"}, 2},
        // Of languages wanted as much the first counts.
        LanguageRow{"fr,de", {"de", "fr"}, 1},
        // Languages that no rule names are passed over.
        LanguageRow{"ca,es;q=0.9,en;q=0.8", {"no", "en", "es"}, 2},
        LanguageRow{"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", {"fr", "en"}, 1},
        // Norwegian as Firefox asks for it, and as it may be asked for.
        LanguageRow{"nb-NO,nb;q=0.9,no-NO;q=0.8,no;q=0.6,nn-NO;q=0.5,en;q=0.3", {"en", "no"}, 1},
        LanguageRow{"nb-NO,en;q=0.5", {"en", "no"}, 1}, LanguageRow{"nn,en;q=0.5", {"en", "no"}, 1},
        LanguageRow{"no-NO,en;q=0.5", {"en", "nb"}, 1},
        LanguageRow{"nn,nb;q=0.9,en;q=0.5", {"nb", "nn"}, 1}, LanguageRow{"nb", {"nn"}, no_rule},
        LanguageRow{"iw-IL,en;q=0.5", {"en", "he"}, 1},
        // Regions: the rules' order among those that meet what is wanted most.
        LanguageRow{"pt-BR,pt;q=0.9,en;q=0.8", {"pt-BR", "pt"}, 0},
        LanguageRow{"pt-BR,pt;q=0.9,en;q=0.8", {"pt", "pt-BR"}, 0},
        LanguageRow{"pt-PT,pt;q=0.9,en;q=0.8", {"pt-BR", "pt"}, 1},
        LanguageRow{"pt,pt-BR;q=0.8,en;q=0.5", {"en", "pt-BR"}, 1},
        LanguageRow{"pt,pt-BR;q=0", {"pt-BR"}, no_rule},
        // What is not wanted, or without a weight that can be read.
        LanguageRow{"de;q=0", {"de"}, no_rule},
        LanguageRow{"de;q=0.000,en;q=0.001", {"de", "en"}, 1},
        LanguageRow{"de;q=2,en;q=0.1", {"de", "en"}, 1},
        LanguageRow{"de;q=1.001,en;q=0.1", {"de", "en"}, 1},
        LanguageRow{"de;q=high,en;q=0.1", {"de", "en"}, 1},
        LanguageRow{"de;q=,en;q=0.1", {"de", "en"}, 1},
        LanguageRow{"es;q=1.0000,en;q=0.9", {"en", "es"}, 1},
        LanguageRow{"es;q=0.8333333,en;q=0.833", {"en", "es"}, 1},
        LanguageRow{"de;level=1;q=0.1,en;q=0.2", {"de", "en"}, 1},
        LanguageRow{",,;q=1,", {"de"}, no_rule}));

TEST(RuleLanguage, TheFirstOfManyAreLookedAt) {
  const auto holds_behind = [](std::size_t others) {
    std::string field;
    for (std::size_t i = 0; i < others; ++i) field += "xx,";
    return rule_for(field + "de", {"de"}) == 0;
  };
  EXPECT_TRUE(holds_behind(limits::accepted_languages_max - 1));
  EXPECT_FALSE(holds_behind(limits::accepted_languages_max));
}

}  // namespace
}  // namespace waymark::redirect::test
