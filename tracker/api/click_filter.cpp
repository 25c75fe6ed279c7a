#include "tracker/api/click_filter.hpp"

namespace waymark::tracker {
namespace {

bool fits(const std::string& wanted, std::string_view value) {
  return wanted.empty() || wanted == value;
}

bool fits(const std::optional<bool>& wanted, bool value) {
  return !wanted || *wanted == value;
}

}  // namespace

ClickFilter::ClickFilter(Query& query)
    : link_(query.text("link").value_or("")),
      campaign_(query.text("campaign").value_or("")),
      code_(query.text("code").value_or("")),
      host_(query.text("host").value_or("")),
      bot_(query.text("bot").value_or("")),
      counted_(query.flag("counted")),
      test_(query.flag("test")) {}

bool ClickFilter::wants_all() const {
  return link_.empty() && campaign_.empty() && code_.empty() && host_.empty() && bot_.empty() &&
         !counted_ && !test_;
}

bool ClickFilter::matches(std::string_view line) {
  if (wants_all()) return true;
  const auto click = parser_.parse(line);
  return click && fits(link_, click->link) && fits(campaign_, click->campaign) &&
         fits(code_, click->code) && fits(host_, click->host) && fits(bot_, click->bot) &&
         fits(counted_, click->counted()) && fits(test_, click->test);
}

}  // namespace waymark::tracker
