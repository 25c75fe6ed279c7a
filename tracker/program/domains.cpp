#include "tracker/program/hosts.hpp"
#include "tracker/program/rules.hpp"
#include "tracker/program/targets.hpp"

#include <utility>

namespace waymark::tracker {
namespace {

Ruled<void> check(Store& store, const ProgramRules& rules, std::string_view host,
                  const DomainRecord& before, const DomainRecord& after) {
  if (auto read = parse_domain(domain_fields(after)); !read) return refusal_of(read.error());
  if (after.cookie_domain != before.cookie_domain && !after.cookie_domain.empty() &&
      !is_cookie_domain_of(after.cookie_domain, host)) {
    return Refusal{RefusalKind::invalid, "cookie_domain",
                   "must be the domain itself or one above it, with a dot"};
  }
  const DestinationPolicy policy = policy_of(rules).with_domain(host);
  auto root = check_root_target(store, policy, {"root_url", before.root_url, after.root_url});
  if (!root) return root;
  return check_target(store, policy, {"fallback_url", before.fallback_url, after.fallback_url});
}

}  // namespace

Ruled<DomainRow> create_domain(Store& store, const ProgramRules& rules, std::string_view host,
                               const DomainRecord& record, std::uint64_t now_ms) {
  const auto name = checked_host(host);
  if (!name) return name.error();
  if (auto checked = check(store, rules, *name, {}, record); !checked) return checked.error();
  if (auto taken = store.domain(*name)) {
    return Refusal{RefusalKind::id_taken, "host", "is a domain already"};
  } else if (taken.error() != Errc::not_found) {
    return refusal_of(taken.error());
  }
  if (!policy_of(rules).knows(*name)) {
    if (auto unused = check_nothing_leads_to(store, *name); !unused) return unused.error();
  }
  DomainRow row;
  row.host = *name;
  row.record = record;
  row.created_ms = row.updated_ms = now_ms;
  auto stored = store.insert_domain(row);
  if (!stored) return refusal_of(stored.error());
  return std::move(*stored);
}

Ruled<DomainRow> change_domain(Store& store, const ProgramRules& rules, std::string_view host,
                               const DomainRecord& record, std::uint64_t now_ms) {
  auto row = store.domain(host);
  if (!row) return refusal_of(row.error());
  if (auto checked = check(store, rules, host, row->record, record); !checked) {
    return checked.error();
  }
  row->record = record;
  row->updated_ms = now_ms;
  auto stored = store.update_domain(*row);
  if (!stored) return refusal_of(stored.error());
  return std::move(*stored);
}

}  // namespace waymark::tracker
