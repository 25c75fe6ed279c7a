// GET /v1/clicks/export: stored clicks as lines of the click stream, oldest first, page by page.
#include "common/click_line.hpp"
#include "tracker/api/resources.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace waymark::tracker::resources {
namespace {

constexpr std::uint64_t limit_default = 1'000;
constexpr std::uint64_t limit_max = 10'000;
constexpr std::string_view first_id = "00000000-0000-0000-0000-000000000000";

void add_text(std::string& line, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  line.append(",\"").append(key).append("\":\"").append(json_escaped(value)).append("\"");
}

void add_id(std::string& line, std::string_view key, const std::optional<Uuid>& id) {
  if (id) add_text(line, key, id->text());
}

// Absent keys stay absent, so that a reader of the stream reads this, too.
std::string line_of(const ClickRow& row) {
  std::string line = R"({"v":1)";
  add_text(line, "id", row.id.text());
  line.append(",\"ts\":").append(std::to_string(row.unix_ms));
  add_text(line, "code", row.code);
  add_text(line, "link", row.link);
  add_text(line, "campaign", row.campaign);
  add_text(line, "referrer", row.referrer);
  add_text(line, "destination", row.destination);
  if (row.rule) line.append(",\"rule\":").append(std::to_string(*row.rule));
  add_text(line, "host", row.host);
  add_id(line, "visitor", row.visitor);
  if (row.new_visitor) line += R"(,"new":true)";
  add_id(line, "prev", row.previous);
  add_text(line, "channel", row.channel);
  add_text(line, "share", row.share);
  add_text(line, "ref", row.referring_host);
  boost::system::error_code error;
  const auto query = boost::json::parse(row.query_json, error);
  if (!error && query.is_object()) line.append(",\"query\":").append(serialize(query));
  add_text(line, "lang", row.language);
  add_text(line, "country", row.country);
  add_text(line, "ip", row.ip);
  add_text(line, "ipk", row.ipk);
  add_text(line, "ua", row.user_agent);
  add_text(line, "device", row.device);
  add_text(line, "os", row.os);
  add_text(line, "bot", row.bot);
  add_text(line, "list", row.list);
  add_text(line, "outcome", row.outcome);
  if (row.test) line += R"(,"test":true)";
  return line += "}\n";
}

}  // namespace

Checked<ApiAnswer> export_clicks(const Call& call) {
  Query query{call.query};
  ClickQuery wanted;
  wanted.page.limit = query.number("limit", 1, limit_max).value_or(limit_default);
  wanted.page.ending_before = query.text("after").value_or(std::string{first_id});
  wanted.link = query.text("link").value_or("");
  wanted.campaign = query.text("campaign").value_or("");
  wanted.from_ms = query.time_ms("created[gte]");
  wanted.to_ms = query.time_ms("created[lt]");
  if (auto problem = query.finish()) return *problem;
  const auto page = call.store.clicks(wanted);
  if (!page) return list_problem_of(page.error());

  ApiAnswer answer;
  for (auto row = page->data.rbegin(); row != page->data.rend(); ++row)
    answer.body += line_of(*row);
  if (page->has_more) {
    // The newest of the page comes first; where the scan was cut short it went on beyond.
    const std::string last = page->data.empty() ? "" : page->data.front().id.text();
    answer.headers.emplace_back("Waymark-Next", std::max(last, page->next));
  }
  return answer;
}

}  // namespace waymark::tracker::resources
