#include "redirect/pages/destination_page.hpp"

#include "redirect/decide/decide.hpp"
#include "redirect/pages/html.hpp"

namespace waymark::redirect {
namespace {

// `shop.example:8443` of `https://shop.example:8443/a`.
std::string_view authority_of(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find_first_of("/?#", begin) - begin);
}

Text status_text(std::string_view outcome) {
  if (outcome.empty()) return Text::active;
  return outcome == "paused" || outcome == "early" ? Text::paused : Text::ended;
}

void add_paragraph(std::string& body, std::string_view text) {
  body.append("<p>").append(html_escaped(text)).append("</p>");
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

// With the query, so that channel and share tag are the visitor's as without the detour.
void add_way_on(std::string& body, const ShownPath& path, std::string_view text) {
  body.append("<p><a rel=\"nofollow\" href=\"/").append(html_escaped(path.code));
  if (!path.query.empty()) body.append("?").append(html_escaped(path.query));
  body.append("\">").append(html_escaped(text)).append("</a></p>");
}

}  // namespace

std::string shown_destination(const ResolvedLink& link) {
  const Landing landing = link.landing();
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

std::string destination_page(const ResolvedLink& link, const ShownPath& path,
                             const Language& language, std::int64_t now) {
  const std::string url = shown_destination(link);
  const std::string_view outcome = outcome_of(link, now);
  std::string body = "<h1><small>" + html_escaped(language[Text::leads_to]) + "</small> ";
  body.append("<bdi>").append(html_escaped(authority_of(url))).append("</bdi></h1>");
  add_summary(body, link);
  body.append("<dl><dt>").append(html_escaped(language[Text::full_address]));
  body.append("</dt><dd><bdi dir=\"ltr\">").append(html_escaped(url));
  body.append("</bdi></dd></dl>");
  add_paragraph(body, language[status_text(outcome)]);
  if (link.rules() != nullptr) add_paragraph(body, language[Text::varies]);
  if (outcome.empty()) add_way_on(body, path, language[Text::go_on]);
  return html_page(language, language[Text::leads_to] + ' ' + std::string{authority_of(url)}, body);
}

}  // namespace waymark::redirect
