#include "tracker/api/fields.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/times.hpp"
#include "tracker/program/hosts.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

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

// A host in a path may be written as anywhere else.
std::string host_in_path(const Call& call) {
  return normalize_host(call.id).value_or(call.id);
}

Problem domain_problem_of(const boost::system::error_code& store_error, std::string_view host) {
  if (store_error != Errc::not_found) return problem_of(store_error);
  return {ProblemCode::not_found, fmt::format("There is no domain {}.", host)};
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
  const auto host = host_in_path(call);
  const auto row = call.store.domain(host);
  if (!row) return domain_problem_of(row.error(), host);
  return answer(200, render(*row));
}

Checked<ApiAnswer> change_domain(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  const auto host = host_in_path(call);
  const auto old = call.store.domain(host);
  if (!old) return domain_problem_of(old.error(), host);
  DomainRecord record = old->record;
  merge_domain(*fields, record);
  if (auto problem = fields->finish()) return *problem;
  const auto row =
      tracker::change_domain(call.store, call.rules, host, record, call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer(200, render(*row), row->change);
}

Checked<ApiAnswer> remove_domain(const Call& call) {
  const auto host = host_in_path(call);
  const auto row = call.store.remove_domain(host, call.request.unix_ms);
  if (!row) return domain_problem_of(row.error(), host);
  return answer(200, {{"object", "domain"}, {"host", row->host}, {"removed", true}}, row->change);
}

}  // namespace waymark::tracker::resources
