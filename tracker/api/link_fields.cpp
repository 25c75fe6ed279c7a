#include "tracker/api/link_fields.hpp"

#include "tracker/api/call.hpp"
#include "tracker/api/times.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace waymark::tracker {
namespace {

namespace json = boost::json;

constexpr std::string_view query_policies[] = {"pass", "drop"};

void merge_time(Fields& fields, std::string_view name, std::optional<std::int64_t>& value) {
  merge(fields, name, fields.time(name), value, std::optional<std::int64_t>{});
}

void merge_words(Fields& fields, LinkRecord& record) {
  const LinkRecord defaults;
  std::optional<LinkStatus> status;
  if (auto word = fields.choice("status", link_statuses)) status = link_status_from(*word);
  merge(fields, "status", status, record.status, defaults.status);
  std::optional<QueryPolicy> query;
  if (auto word = fields.choice("query", query_policies)) {
    query = *word == "drop" ? QueryPolicy::drop : QueryPolicy::pass;
  }
  merge(fields, "query", query, record.query, defaults.query);
}

void merge_numbers(Fields& fields, LinkRecord& record) {
  std::optional<std::uint64_t> most;
  constexpr auto number_max = (std::int64_t{1} << 53U) - 1;  // of a record
  if (auto number = fields.integer("max_clicks", 1, number_max)) {
    most = static_cast<std::uint64_t>(*number);
  }
  merge(fields, "max_clicks", most, record.max_clicks, std::optional<std::uint64_t>{});
  std::optional<int> code;
  if (auto number = fields.integer("status_code", 301, 308)) code = static_cast<int>(*number);
  merge(fields, "status_code", code, record.status_code, LinkRecord{}.status_code);
}

std::vector<std::string> read_texts(Fields& fields, std::string_view name) {
  std::vector<std::string> texts;
  for (const json::value& entry : fields.list(name).value_or(json::array{})) {
    if (entry.is_string()) {
      texts.emplace_back(entry.get_string());
    } else {
      fields.note(name, "invalid", "must be a list of texts");
      return {};
    }
  }
  return texts;
}

json::value time_or_null(const std::optional<std::int64_t>& unix_seconds) {
  if (!unix_seconds) return nullptr;
  return json::value(rfc3339(*unix_seconds));
}

json::value rules_or_null(std::string_view text) {
  boost::system::error_code error;
  json::value rules = json::parse({text.data(), text.size()}, error);
  if (error) return nullptr;  // the empty text is no JSON
  return rules;
}

}  // namespace

void merge_link(Fields& fields, LinkRecord& record) {
  merge_text(fields, "destination", record.destination);
  if (record.destination.empty() && !fields.noted("destination")) {
    fields.note("destination", "required", "is needed: an absolute http(s) URL");
  }
  merge_text(fields, "campaign", record.campaign);
  merge_text(fields, "referrer", record.referrer);
  merge_time(fields, "starts_at", record.starts_at);
  merge_time(fields, "expires_at", record.expires_at);
  merge_text(fields, "expired_url", record.expired_url);
  std::optional<std::string> rules;
  if (auto list = fields.list("rules")) rules = list->empty() ? "" : json::serialize(*list);
  merge(fields, "rules", rules, record.rules, std::string{});
  merge_words(fields, record);
  merge_numbers(fields, record);
  merge_text(fields, "title", record.title);
  merge_text(fields, "description", record.description);
  merge_text(fields, "image", record.image);
  merge(fields, "test", fields.flag("test"), record.test, false);
}

NewLink read_new_link(Fields& fields) {
  NewLink link;
  merge_link(fields, link.record);
  link.id = fields.text("id").value_or("");
  link.host = fields.text("host").value_or("");
  link.code = fields.text("code").value_or("");
  link.aliases = read_texts(fields, "aliases");
  return link;
}

json::object render_link(const LinkRow& row, const std::vector<AliasRow>& aliases,
                         const ProgramRules& rules) {
  const LinkRecord& record = row.record;
  json::value max_clicks;
  if (record.max_clicks) max_clicks = *record.max_clicks;
  json::array former;
  for (const auto& alias : aliases) former.push_back(json::value(alias.code));
  return {{"object", "link"},
          {"id", row.id},
          {"code", row.code},
          {"host", row.host},
          {"short_url", short_url(rules, row)},
          {"aliases", std::move(former)},
          {"destination", record.destination},
          {"campaign", text_or_null(record.campaign)},
          {"referrer", text_or_null(record.referrer)},
          {"status", to_text(record.status)},
          {"starts_at", time_or_null(record.starts_at)},
          {"expires_at", time_or_null(record.expires_at)},
          {"expired_url", text_or_null(record.expired_url)},
          {"max_clicks", max_clicks},
          {"full", record.full},
          {"rules", rules_or_null(record.rules)},
          {"status_code", record.status_code},
          {"query", record.query == QueryPolicy::pass ? "pass" : "drop"},
          {"title", text_or_null(record.title)},
          {"description", text_or_null(record.description)},
          {"image", text_or_null(record.image)},
          {"test", record.test},
          {"created_at", rfc3339_ms(row.created_ms)},
          {"updated_at", rfc3339_ms(row.updated_ms)}};
}

}  // namespace waymark::tracker
