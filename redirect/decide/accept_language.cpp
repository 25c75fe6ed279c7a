#include "redirect/decide/accept_language.hpp"

#include "common/ascii.hpp"

#include <algorithm>

namespace waymark::redirect {
namespace {

struct Relation {
  std::string_view asked;
  std::string_view served;
};
// Bokmal and Nynorsk are Norwegian (ISO 639-3), and who says no more than that writes Bokmal. Old
// systems send the code that Hebrew had once (RFC 5646 section 2.2.1).
constexpr std::array<Relation, 4> relations{
    {{"nb", "no"}, {"nn", "no"}, {"no", "nb"}, {"iw", "he"}}};

std::string_view related_to(std::string_view range) noexcept {
  const std::string_view language = range.substr(0, range.find('-'));
  if (language.size() != 2) return {};
  const auto relation = std::ranges::find_if(relations, [language](const Relation& each) {
    return equal_ignoring_case(each.asked, language);
  });
  return relation == relations.end() ? std::string_view{} : relation->served;
}

// Thousandths of a qvalue (RFC 9110 section 12.4.2); 0 for what is none. More digits than its three
// are passed over: programs that reckon the weight send them.
std::uint16_t thousandths_of(std::string_view qvalue) noexcept {
  if (qvalue.empty() || (qvalue[0] != '0' && qvalue[0] != '1')) return 0;
  if (qvalue.size() > 1 && qvalue[1] != '.') return 0;
  unsigned weight = qvalue[0] == '1' ? 1'000 : 0;
  unsigned place = 100;
  for (const char digit : qvalue.substr(std::min<std::size_t>(2, qvalue.size()))) {
    if (digit < '0' || digit > '9') return 0;
    weight += place * static_cast<unsigned>(digit - '0');
    place /= 10;
  }
  return weight > 1'000 ? 0 : static_cast<std::uint16_t>(weight);
}

std::uint16_t weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const std::string_view parameter = trimmed(take_until(parameters, ';'));
    if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
      return thousandths_of(parameter.substr(2));
    }
  }
  return 1'000;
}

}  // namespace

bool LanguageRange::is_met_by(std::string_view tag) const noexcept {
  const bool covered = tag.size() <= text.size() &&
                       (tag.size() == text.size() || text[tag.size()] == '-') &&
                       equal_ignoring_case(tag, text.substr(0, tag.size()));
  return covered || (!related.empty() && equal_ignoring_case(tag, related));
}

AcceptedLanguages::AcceptedLanguages(std::string_view accept_language) noexcept {
  for (std::size_t looked_at = 0; !accept_language.empty() && looked_at < ranges_.size();
       ++looked_at) {
    std::string_view parameters = take_until(accept_language, ',');
    const std::string_view range = trimmed(take_until(parameters, ';'));
    if (range.empty() || range == "*") continue;
    if (const std::uint16_t weight = weight_of(parameters); weight > 0) {
      add({range, related_to(range)}, weight);
    }
  }
}

void AcceptedLanguages::add(LanguageRange range, std::uint16_t weight) noexcept {
  std::size_t at = count_++;
  for (; at > 0 && weights_[at - 1] < weight; --at) {
    ranges_[at] = ranges_[at - 1];
    weights_[at] = weights_[at - 1];
  }
  ranges_[at] = range;
  weights_[at] = weight;
}

}  // namespace waymark::redirect
