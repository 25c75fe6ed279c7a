// The rules of a link: where which visitor goes (field `rules` of a link record; the format's page
// is README.md). Reading checks everything, so that a record with a mistake in it is refused as a
// whole; how rules are applied is the edge's business (redirect/decide/rules.hpp).
#pragma once

#include "common/records.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

// Classes of visitors' devices and systems (design 3.1).
inline constexpr std::array<std::string_view, 4> device_names{"mobile", "tablet", "desktop",
                                                              "other"};
inline constexpr std::array<std::string_view, 7> system_names{
    "ios", "android", "windows", "macos", "linux", "chromeos", "other"};

// All that are given must hold; within one, any of its values.
struct RuleConditions {
  struct Parameter {
    std::string name;                 // decoded
    std::vector<std::string> values;  // decoded; none: the parameter must be there

    friend bool operator==(const Parameter&, const Parameter&) = default;
  };

  std::uint8_t devices = 0;              // bit n: device_names[n]; 0: any
  std::uint8_t systems = 0;              // bit n: system_names[n]; 0: any
  std::string countries{};               // ISO 3166-1, two letters each; empty: any
  std::vector<std::string> languages{};  // tags, lower case; none: any
  std::vector<Parameter> query{};
  std::int64_t from = std::numeric_limits<std::int64_t>::min();   // unix seconds
  std::int64_t until = std::numeric_limits<std::int64_t>::max();  // and no longer

  friend bool operator==(const RuleConditions&, const RuleConditions&) = default;
};

struct RuleVariant {
  std::string destination;
  std::uint32_t weight = 1;

  friend bool operator==(const RuleVariant&, const RuleVariant&) = default;
};

struct LinkRule {
  RuleConditions when{};
  std::vector<RuleVariant> variants{};  // never empty; one without a split

  friend bool operator==(const LinkRule&, const LinkRule&) = default;
};

// `text` is the JSON list. A problem is of the field `rules`, or `rules/2` for the third of them.
RecordResult<std::vector<LinkRule>> parse_rules(std::string_view text,
                                                const DestinationPolicy& policy);

// A code of ISO 3166-1 in capitals, or XK (Kosovo), which country files use.
bool is_country(std::string_view text) noexcept;

}  // namespace waymark
