// Records as anybody may write them into Redis: what is taken can be redirected to, what is taken
// and written again is the same, and the redirect never leaves the header it belongs in.
#include "common/records.hpp"

#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/redirect/visit.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace waymark::redirect {
namespace {

using boost::beast::iequals;
using fuzz::require;

// Fields of a record as text: `name\tvalue\n`, and a blank line before the campaign's.
void split_fields(std::string_view input, RecordFields& link, RecordFields& campaign) {
  RecordFields* fields = &link;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    if (line.empty()) fields = &campaign;
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    fields->emplace_back(line.substr(0, tab), line.substr(tab + 1));
  }
}

void visit(const std::shared_ptr<const ResolvedLink>& link) {
  static test::Desk desk;
  static const test::Visit person{"/Anna7?c=mail&x=1&utm_source=visitor"};
  static const test::Visit head{"/anna7", "Sec-GPC: 1\r\n", "HEAD"};
  for (const test::Visit* who : {&person, &head}) {
    const Decision decision = desk.decide(*who, *link);
    if (decision.verdict != Verdict::land && decision.verdict != Verdict::divert) continue;
    const std::string answer = desk.render(*who, *link, decision);
    require(answer.ends_with("\r\n\r\n"), "an answer ends");
    require(answer.find("\r\n\r\n") == answer.size() - 4, "a record does not end the header early");
    for (const char c : answer) {
      require((c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n', "a header is printable ASCII");
    }
    const std::string location = test::header_of(answer, "Location");
    const std::string_view scheme = std::string_view{location}.substr(0, location.find("://"));
    require(iequals(scheme, "http") || iequals(scheme, "https"), "a redirect leads to a page");
    require(location.size() <=
                limits::filled_bytes_max + limits::destination_bytes_max + limits::target_bytes_max,
            "Location's limit");
  }
}

void try_records(std::string_view input) {
  const DestinationPolicy policy{{{"go.example"}}, {}};
  RecordFields link_text;
  RecordFields campaign_text;
  split_fields(input, link_text, campaign_text);
  const auto campaign = parse_campaign(campaign_text);
  if (campaign) {
    const auto again = parse_campaign(campaign_fields(*campaign));
    require(again.has_value() && *again == *campaign, "a campaign written again is the same");
  }
  const auto domain = parse_domain(link_text);
  if (domain) {
    const auto again = parse_domain(domain_fields(*domain));
    require(again.has_value() && *again == *domain, "a domain written again is the same");
  }
  const auto link = parse_link(link_text, policy);
  if (!link) {
    require(!link.error().problem.empty(), "a refusal says why");
    return;
  }
  const auto again = parse_link(link_fields(*link), policy);
  require(again.has_value() && *again == *link, "a link written again is the same");
  if (link->destination.empty()) return;  // an alias
  const auto resolved = resolve_link(
      "anna7", *link,
      resolve_campaign(link->campaign, campaign ? *campaign : CampaignRecord{}, bool{campaign}));
  if (resolved) visit(resolved);
}

}  // namespace
}  // namespace waymark::redirect

namespace waymark::fuzz {

std::vector<std::string> seeds() {
  return {
      "destination\thttps://shop.example/welcome\ncampaign\tcamp_spring\nreferrer\trfr_anna\n"
      "link\tlnk_1\n\nstatus\tlive\nwindow_days\t30\nutm\tutm_source=firm&utm_medium=link\n",
      "destination\thttps://shop.example/{code}/{referrer}?k={click}&c={channel}#f\n"
      "status\tactive\nstarts_at\t1700000000\nexpires_at\t1900000000\n"
      "expired_url\thttps://shop.example/late\nmax_clicks\t10\nstatus_code\t301\nquery\tdrop\n"
      "title\tA \"title\"\ndescription\tText\nimage\thttps://shop.example/a.png\n\n"
      "status\ttesting\ncookies\tconsent\nfallback_url\thttps://shop.example/over\n",
      "destination\thttp://shop.example\nfull\t1\ntest\t1\n\nreferrer_policy\tno-referrer\n"
      "cookies\tnever\nwindow_days\t0.5\n",
      "destination\thttps://[2001:db8::1]:8080/a%20b?x=%C3%A4&y\nrules\t"
      "[{\"when\":{\"device\":[\"mobile\"],\"os\":[\"ios\"],\"country\":[\"DE\"],\"language\":"
      "[\"de\"],\"query\":{\"a\":\"b\"},\"from\":1,\"until\":2},\"destination\":"
      "\"https://shop.example/m\"},{\"split\":[{\"weight\":1,\"destination\":"
      "\"https://shop.example/a\"},{\"weight\":2,\"destination\":\"https://shop.example/b\"}]}]\n",
      "alias_of\tanna8\n\nstatus\tpaused\n",
      "cookie_domain\texample\nroot_url\thttps://shop.example/\nfallback_url\t"
      "https://shop.example/oops\nrobots\tUser-agent: *\n"};
}

std::vector<std::string> words() {
  return {"https://",
          "http://",
          "//",
          "@",
          "#",
          "?",
          "&",
          "{",
          "}",
          "{click}",
          "{code}",
          "\r",
          "\r\n",
          "\n",
          "\t",
          "\0",
          "%",
          "%0d%0a",
          "\\",
          "javascript:",
          "go.example",
          "[::1]",
          ":99999",
          "-1",
          "1e9",
          "18446744073709551616",
          "\xc3\xa4",
          "\"",
          "destination\t",
          "utm\t",
          "fallback_url\t",
          "referrer_policy\t",
          "rules\t",
          "[",
          "]",
          "null",
          "0.0001"};
}

}  // namespace waymark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  waymark::redirect::try_records({reinterpret_cast<const char*>(data), size});
  return 0;
}
