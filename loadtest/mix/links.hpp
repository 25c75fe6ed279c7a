// The links and campaigns behind the mix, and what the edge answers for each.
#pragma once

#include "loadtest/mix/mix.hpp"

#include <string>
#include <vector>

namespace waymark::mix {

inline constexpr std::string_view main_host = "go.example.com";
inline constexpr std::string_view second_host = "r.bank.example";

struct MixLink {
  std::string code;
  std::string host;  // empty: any
  int status = 302;  // of a visitor's GET
  RecordFields fields;
};

// In order of popularity.
std::vector<MixLink> make_links(const MixOptions& options);

std::vector<MixRecord> make_campaigns();
// The campaign a cookie may carry.
std::string_view any_live_campaign(std::size_t number);

}  // namespace waymark::mix
