#include "tracker/api/fields.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/times.hpp"

#include <limits>

namespace waymark::tracker::resources {
namespace {

namespace json = boost::json;

constexpr std::string_view statuses[] = {"active", "paused", "archived"};
constexpr std::string_view query_policies[] = {"pass", "drop"};

json::value time_or_null(const std::optional<std::int64_t>& unix_seconds) {
  if (!unix_seconds) return nullptr;
  return json::value(rfc3339(*unix_seconds));
}

json::object render(const LinkRow& row, const ProgramRules& rules) {
  const LinkRecord& record = row.record;
  json::value max_clicks;
  if (record.max_clicks) max_clicks = *record.max_clicks;
  return {{"object", "link"},
          {"id", row.id},
          {"code", row.code},
          {"host", row.host},
          {"short_url", short_url(rules, row)},
          {"destination", record.destination},
          {"campaign", text_or_null(record.campaign)},
          {"referrer", text_or_null(record.referrer)},
          {"status", to_text(record.status)},
          {"starts_at", time_or_null(record.starts_at)},
          {"expires_at", time_or_null(record.expires_at)},
          {"expired_url", text_or_null(record.expired_url)},
          {"max_clicks", max_clicks},
          {"full", record.full},
          {"status_code", record.status_code},
          {"query", record.query == QueryPolicy::pass ? "pass" : "drop"},
          {"title", text_or_null(record.title)},
          {"description", text_or_null(record.description)},
          {"image", text_or_null(record.image)},
          {"test", record.test},
          {"created_at", rfc3339_ms(row.created_ms)},
          {"updated_at", rfc3339_ms(row.updated_ms)}};
}

NewLink read_new_link(Fields& fields) {
  NewLink link;
  auto& record = link.record;
  if (auto destination = fields.text("destination")) {
    record.destination = std::move(*destination);
  } else {
    fields.note("destination", "required", "is needed: an absolute http(s) URL");
  }
  link.id = fields.text("id").value_or("");
  link.host = fields.text("host").value_or("");
  link.code = fields.text("code").value_or("");
  record.campaign = fields.text("campaign").value_or("");
  record.referrer = fields.text("referrer").value_or("");
  if (auto status = fields.choice("status", statuses)) {
    record.status = *link_status_from(*status);
  }
  record.starts_at = fields.time("starts_at");
  record.expires_at = fields.time("expires_at");
  record.expired_url = fields.text("expired_url").value_or("");
  if (auto most = fields.integer("max_clicks", 1, std::numeric_limits<std::int64_t>::max())) {
    record.max_clicks = static_cast<std::uint64_t>(*most);
  }
  record.status_code = static_cast<int>(fields.integer("status_code", 301, 308).value_or(302));
  if (auto query = fields.choice("query", query_policies)) {
    record.query = *query == "drop" ? QueryPolicy::drop : QueryPolicy::pass;
  }
  record.title = fields.text("title").value_or("");
  record.description = fields.text("description").value_or("");
  record.image = fields.text("image").value_or("");
  record.test = fields.flag("test").value_or(false);
  return link;
}

}  // namespace

Checked<ApiAnswer> list_links(const Call& call) {
  Query query{call.query};
  LinkQuery wanted;
  wanted.page = page_query(query.paging());
  wanted.campaign = query.text("campaign").value_or("");
  wanted.referrer = query.text("referrer").value_or("");
  wanted.host = query.text("host").value_or("");
  wanted.code = query.text("code").value_or("");
  if (const auto status = query.choice("status", statuses)) {
    wanted.status = link_status_from(*status);
  }
  if (auto problem = query.finish()) return *problem;
  const auto page = call.store.links(wanted);
  if (!page) return list_problem_of(page.error());
  return answer_list(call, *page, [&](const LinkRow& row) { return render(row, call.rules); });
}

Checked<ApiAnswer> create_link(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  auto link = read_new_link(*fields);
  if (auto problem = fields->finish()) return *problem;
  const auto row =
      tracker::create_link(call.store, call.rules, std::move(link), call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer(201, render(*row, call.rules), row->change);
}

Checked<ApiAnswer> read_link(const Call& call) {
  const auto row = call.store.link(call.id);
  if (!row) return problem_of(row.error());
  return answer(200, render(*row, call.rules));
}

Checked<ApiAnswer> change_link(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  const auto status = fields->choice("status", statuses);
  if (auto problem = fields->finish()) return *problem;
  if (!status && !fields->cleared("status")) return read_link(call);
  const auto row =
      set_link_status(call.store, call.id, link_status_from(status.value_or("active")).value(),
                      call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer(200, render(*row, call.rules), row->change);
}

}  // namespace waymark::tracker::resources
