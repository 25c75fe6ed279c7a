#include "tracker/api/fields.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/times.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace waymark::tracker::resources {
namespace {

constexpr std::string_view statuses[] = {"draft", "testing", "live", "paused", "ended"};
constexpr std::string_view cookie_policies[] = {"always", "consent", "never"};

// 60 rather than 6E+01, which is how the writer spells every double.
boost::json::value days(double value) {
  const auto whole = static_cast<std::int64_t>(value);  // at most some thousands
  if (static_cast<double>(whole) == value) return whole;
  return value;
}

boost::json::object render(const CampaignRow& row) {
  const CampaignRecord& record = row.record;
  return {{"object", "campaign"},
          {"id", row.id},
          {"name", text_or_null(row.name)},
          {"status", to_text(record.status)},
          {"window_days", days(record.window_days)},
          {"cookies", to_text(record.cookies)},
          {"fallback_url", text_or_null(record.fallback_url)},
          {"utm", text_or_null(record.utm)},
          {"referrer_policy", record.referrer_policy},
          {"created_at", rfc3339_ms(row.created_ms)},
          {"updated_at", rfc3339_ms(row.updated_ms)}};
}

void merge_campaign(Fields& fields, CampaignRecord& record) {
  const CampaignRecord defaults;
  std::optional<CampaignStatus> status;
  if (auto word = fields.choice("status", statuses)) status = campaign_status_from(*word);
  merge(fields, "status", status, record.status, defaults.status);
  merge(fields, "window_days", fields.number("window_days"), record.window_days,
        defaults.window_days);
  std::optional<CookiePolicy> cookies;
  if (auto word = fields.choice("cookies", cookie_policies)) cookies = cookie_policy_from(*word);
  merge(fields, "cookies", cookies, record.cookies, defaults.cookies);
  merge_text(fields, "fallback_url", record.fallback_url);
  merge_text(fields, "utm", record.utm);
  merge_text(fields, "referrer_policy", record.referrer_policy, defaults.referrer_policy);
}

}  // namespace

Checked<ApiAnswer> list_campaigns(const Call& call) {
  Query query{call.query};
  CampaignQuery wanted;
  wanted.page = page_query(query.paging());
  if (const auto status = query.choice("status", statuses)) {
    wanted.status = campaign_status_from(*status);
  }
  if (auto problem = query.finish()) return *problem;
  const auto page = call.store.campaigns(wanted);
  if (!page) return list_problem_of(page.error());
  return answer_list(call, *page, render);
}

Checked<ApiAnswer> create_campaign(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  auto id = fields->text("id").value_or("");
  auto name = fields->text("name").value_or("");
  CampaignRecord record;
  merge_campaign(*fields, record);
  if (auto problem = fields->finish()) return *problem;
  const auto row = tracker::create_campaign(call.store, call.rules, std::move(id), std::move(name),
                                            record, call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer(201, render(*row), row->change);
}

Checked<ApiAnswer> read_campaign(const Call& call) {
  const auto row = call.store.campaign(call.id);
  if (!row) return problem_of(row.error());
  return answer(200, render(*row));
}

Checked<ApiAnswer> change_campaign(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  const auto before = call.store.campaign(call.id);
  if (!before) return problem_of(before.error());
  CampaignRow after = *before;
  merge_text(*fields, "name", after.name);
  merge_campaign(*fields, after.record);
  if (auto problem = fields->finish()) return *problem;
  const auto row = tracker::change_campaign(call.store, call.rules, *before, std::move(after),
                                            call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer(200, render(*row), row->change);
}

}  // namespace waymark::tracker::resources
