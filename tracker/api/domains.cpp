#include "tracker/api/fields.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/times.hpp"

namespace waymark::tracker::resources {
namespace {

boost::json::object render(const DomainRow& row) {
  return {{"object", "domain"},
          {"host", row.host},
          {"cookie_domain", text_or_null(row.record.cookie_domain)},
          {"root_url", text_or_null(row.record.root_url)},
          {"fallback_url", text_or_null(row.record.fallback_url)},
          {"robots", text_or_null(row.record.robots)},
          {"created_at", rfc3339_ms(row.created_ms)},
          {"updated_at", rfc3339_ms(row.updated_ms)}};
}

void merge_domain(Fields& fields, DomainRecord& record) {
  merge_text(fields, "cookie_domain", record.cookie_domain);
  merge_text(fields, "root_url", record.root_url);
  merge_text(fields, "fallback_url", record.fallback_url);
  merge_text(fields, "robots", record.robots);
}

}  // namespace

Checked<ApiAnswer> list_domains(const Call& call) {
  Query query{call.query};
  const auto wanted = page_query(query.paging());
  if (auto problem = query.finish()) return *problem;
  const auto page = call.store.domains(wanted);
  if (!page) return list_problem_of(page.error());
  return answer_list(call, *page, render);
}

Checked<ApiAnswer> create_domain(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  const auto host = fields->text("host");
  if (!host) fields->note("host", "required", "is needed: a host name such as go.example.org");
  DomainRecord record;
  merge_domain(*fields, record);
  if (auto problem = fields->finish()) return *problem;
  const auto row =
      tracker::create_domain(call.store, call.rules, *host, record, call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer(201, render(*row), row->change);
}

Checked<ApiAnswer> read_domain(const Call& call) {
  const auto row = call.store.domain(call.id);
  if (!row) return problem_of(row.error());
  return answer(200, render(*row));
}

Checked<ApiAnswer> change_domain(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  const auto old = call.store.domain(call.id);
  if (!old) return problem_of(old.error());
  DomainRecord record = old->record;
  merge_domain(*fields, record);
  if (auto problem = fields->finish()) return *problem;
  const auto row =
      tracker::change_domain(call.store, call.rules, call.id, record, call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer(200, render(*row), row->change);
}

}  // namespace waymark::tracker::resources
