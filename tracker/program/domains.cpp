#include "tracker/program/hosts.hpp"
#include "tracker/program/rules.hpp"
#include "tracker/program/targets.hpp"

#include <utility>

namespace waymark::tracker {
namespace {

// A domain that is being made is not in the store yet, and must not lead to itself either.
Ruled<void> check(Store& store, const ProgramRules& rules, std::string_view host,
                  const DomainRecord& record) {
  if (auto read = parse_domain(domain_fields(record)); !read) return refusal_of(read.error());
  if (!record.cookie_domain.empty() && !is_cookie_domain_of(record.cookie_domain, host)) {
    return Refusal{RefusalKind::invalid, "cookie_domain",
                   "must be the domain itself or one above it, with a dot"};
  }
  const std::pair<const char*, std::string_view> urls[] = {{"root_url", record.root_url},
                                                           {"fallback_url", record.fallback_url}};
  for (const auto& [field, url] : urls) {
    if (!url.empty() && host_of(url) == host) {
      return Refusal{RefusalKind::invalid, field, "leads to the domain itself"};
    }
    if (auto checked = check_target(store, rules, field, url); !checked) return checked;
  }
  return {};
}

}  // namespace

Ruled<DomainRow> create_domain(Store& store, const ProgramRules& rules, std::string_view host,
                               const DomainRecord& record, std::uint64_t now_ms) {
  const auto name = checked_host(host);
  if (!name) return name.error();
  if (auto checked = check(store, rules, *name, record); !checked) return checked.error();
  if (auto taken = store.domain(*name)) {
    return Refusal{RefusalKind::id_taken, "host", "is a domain already"};
  } else if (taken.error() != Errc::not_found) {
    return refusal_of(taken.error());
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
  if (auto checked = check(store, rules, host, record); !checked) return checked.error();
  row->record = record;
  row->updated_ms = now_ms;
  auto stored = store.update_domain(*row);
  if (!stored) return refusal_of(stored.error());
  return std::move(*stored);
}

}  // namespace waymark::tracker
