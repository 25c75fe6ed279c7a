#include "common/token.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/times.hpp"

#include <boost/json/parse.hpp>

namespace waymark::tracker::resources {
namespace {

namespace json = boost::json;

json::value uuid_or_null(const std::optional<Uuid>& id) {
  if (!id) return nullptr;
  return json::value(id->text());
}

// The stored object, or null for a text that is none: one odd row must not hide its page.
json::value query_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  boost::system::error_code error;
  auto value = json::parse(text, error);
  return error ? json::value() : value;
}

// One word for why the click does not count; null when it does.
json::value why_not_counted(const ClickRow& row) {
  if (!row.bot.empty()) return text_or_null(row.bot);
  if (!row.outcome.empty()) return text_or_null(row.outcome);
  if (row.test) return "test";
  return nullptr;
}

json::object render(const ClickRow& row) {
  json::value rule;
  if (row.rule) rule = *row.rule;
  return {{"object", "click"},
          {"id", row.id.text()},
          {"ts", row.unix_ms},
          {"created_at", rfc3339_ms(row.unix_ms)},
          {"counted", row.counted()},
          {"why", why_not_counted(row)},
          {"unique", row.unique},
          {"code", row.code},
          {"host", text_or_null(row.host)},
          {"link", text_or_null(row.link)},
          {"campaign", text_or_null(row.campaign)},
          {"referrer", text_or_null(row.referrer)},
          {"visitor", uuid_or_null(row.visitor)},
          {"new", row.new_visitor},
          {"prev", uuid_or_null(row.previous)},
          {"destination", text_or_null(row.destination)},
          {"rule", rule},
          {"channel", text_or_null(row.channel)},
          {"share", text_or_null(row.share)},
          {"ref", text_or_null(row.referring_host)},
          {"query", query_or_null(row.query_json)},
          {"ip", text_or_null(row.ip)},
          {"ipk", text_or_null(row.ipk)},
          {"ua", text_or_null(row.user_agent)},
          {"device", text_or_null(row.device)},
          {"os", text_or_null(row.os)},
          {"lang", text_or_null(row.language)},
          {"country", text_or_null(row.country)},
          {"bot", text_or_null(row.bot)},
          {"list", text_or_null(row.list)},
          {"outcome", text_or_null(row.outcome)},
          {"test", row.test}};
}

Problem no_such_click() {
  return {ProblemCode::not_found, "There is no click with this id."};
}

// A UUID, or the token that the landing page was given.
Checked<Uuid> click_id(const Call& call) {
  if (call.id.size() != click_token_bytes) {
    const auto id = parse_uuid(call.id);
    if (!id) return no_such_click();
    return *id;
  }
  if (call.keys == nullptr) {
    return Problem{ProblemCode::validation_failed,
                   "Click tokens cannot be read: this tracker runs without --keys.", "id"};
  }
  const auto id = verify_click_token(call.id, *call.keys);
  if (!id) return no_such_click();
  return *id;
}

}  // namespace

Checked<ApiAnswer> list_clicks(const Call& call) {
  Query query{call.query};
  ClickQuery wanted;
  wanted.page = page_query(query.paging());
  wanted.link = query.text("link").value_or("");
  wanted.campaign = query.text("campaign").value_or("");
  wanted.code = query.text("code").value_or("");
  wanted.host = query.text("host").value_or("");
  wanted.bot = query.text("bot").value_or("");
  wanted.counted = query.flag("counted");
  wanted.test = query.flag("test");
  wanted.from_ms = query.time_ms("created[gte]");
  if (const auto last = query.time_ms("created[lte]")) wanted.to_ms = *last + 1;
  if (auto problem = query.finish()) return *problem;
  const auto page = call.store.clicks(wanted);
  if (!page) return list_problem_of(page.error());
  return answer_list(call, *page, render);
}

Checked<ApiAnswer> read_click(const Call& call) {
  const auto id = click_id(call);
  if (!id) return id.error();
  const auto row = call.store.click(*id);
  if (!row && row.error() == Errc::not_found) return no_such_click();
  if (!row) return problem_of(row.error());
  return answer(200, render(*row));
}

}  // namespace waymark::tracker::resources
