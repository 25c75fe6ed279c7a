#include "redirect/pages/destination_page.hpp"

#include "redirect/pages/html.hpp"

#include <algorithm>
#include <span>

namespace waymark::redirect {
namespace {

// `shop.example:8443` of `https://shop.example:8443/a`.
std::string_view authority_of(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find_first_of("/?#", begin) - begin);
}

std::vector<std::string_view> authorities_of(const std::vector<std::string>& urls) {
  std::vector<std::string_view> authorities;
  for (const std::string& url : urls) {
    const std::string_view authority = authority_of(url);
    if (std::ranges::find(authorities, authority) == authorities.end()) {
      authorities.push_back(authority);
    }
  }
  return authorities;
}

std::string address_of(const Landing& landing) {
  std::string text;
  std::size_t at = 0;
  for (std::size_t i = 0; i * LandingMark::bytes < landing.marks.size(); ++i) {
    const LandingMark mark = landing.mark(i);
    text.append(landing.head.substr(at, mark.at - at)).append("...");
    at = mark.at;
  }
  text.append(landing.head.substr(at));
  if (landing.joint != 0) text.push_back(landing.joint);
  text.append(landing.utm);
  while (text.ends_with('?') || text.ends_with('&')) text.pop_back();
  return text.append(landing.tail);
}

// The pages among which the rule of `page` draws.
std::span<const PackedLanding> pages_of(const RuleSet& rules, std::uint32_t page) {
  for (const RuleSet::Rule& rule : rules.rules) {
    if (page - rule.first < rule.count) {
      return std::span{rules.landings}.subspan(rule.first, rule.count);
    }
  }
  return {};
}

Text status_text(std::string_view outcome) {
  if (outcome.empty()) return Text::active;
  if (outcome == "early") return Text::gone;
  return outcome == "paused" ? Text::paused : Text::ended;
}

void add_paragraph(std::string& body, std::string_view text) {
  body.append("<p>").append(html_escaped(text)).append("</p>");
}

void add_heading(std::string& body, std::string_view text,
                 const std::vector<std::string_view>& authorities) {
  body.append("<h1><small>").append(html_escaped(text)).append("</small>");
  for (std::string_view separator = " "; const std::string_view authority : authorities) {
    body.append(separator).append("<bdi>").append(html_escaped(authority)).append("</bdi>");
    separator = "<br>";
  }
  body.append("</h1>");
}

// In a language of their own, which may run the other way.
void add_summary(std::string& body, const ResolvedLink& link) {
  if (!link.title().empty()) {
    body.append("<p><strong><bdi>").append(html_escaped(link.title()));
    body.append("</bdi></strong></p>");
  }
  if (!link.description().empty()) {
    body.append("<p><bdi>").append(html_escaped(link.description())).append("</bdi></p>");
  }
}

void add_addresses(std::string& body, std::string_view text, const std::vector<std::string>& urls) {
  body.append("<dl><dt>").append(html_escaped(text)).append("</dt>");
  for (const std::string& url : urls) {
    body.append("<dd><bdi dir=\"ltr\">").append(html_escaped(url)).append("</bdi></dd>");
  }
  body.append("</dl>");
}

// With the query, so that channel and share tag are the visitor's as without the detour. Relative:
// a proxy may have taken a part of the path away that only the browser knows.
void add_way_on(std::string& body, const ShownPath& path, std::string_view text) {
  body.append("<p><a rel=\"nofollow\" href=\"").append(path.slash ? "../" : "");
  body.append(html_escaped(path.code));
  if (!path.query.empty()) body.append("?").append(html_escaped(path.query));
  body.append("\">").append(html_escaped(text)).append("</a></p>");
}

std::string closed_page(Text status, const Language& language) {
  return html_page(language, language[status], "<h1>" + html_escaped(language[status]) + "</h1>");
}

}  // namespace

std::vector<std::string> shown_destinations(const ResolvedLink& link, const Decision& decision) {
  if (decision.verdict == Verdict::gone) return {};
  if (decision.verdict == Verdict::divert) return {std::string{decision.fallback}};
  if (!decision.rule) return {address_of(decision.landing)};
  std::vector<std::string> urls;
  for (const PackedLanding& page : pages_of(*link.rules(), *decision.rule)) {
    urls.push_back(address_of(page.open(link.rules()->texts.data(), *link.campaign)));
  }
  return urls;
}

std::string destination_page(const ResolvedLink& link, const Decision& decision,
                             const ShownPath& path, const Language& language) {
  const Text status = status_text(decision.outcome);
  const std::vector<std::string> urls = shown_destinations(link, decision);
  if (urls.empty()) return closed_page(status, language);
  const std::vector<std::string_view> authorities = authorities_of(urls);
  std::string title = language[Text::leads_to];
  for (const std::string_view authority : authorities) title.append(" ").append(authority);
  std::string body;
  add_heading(body, language[Text::leads_to], authorities);
  add_summary(body, link);
  add_addresses(body, language[Text::full_address], urls);
  add_paragraph(body, language[status]);
  if (decision.outcome.empty() && link.rules() != nullptr) {
    add_paragraph(body, language[Text::varies]);
  }
  add_way_on(body, path, language[Text::go_on]);
  return html_page(language, title, body);
}

}  // namespace waymark::redirect
