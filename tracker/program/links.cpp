#include "tracker/program/ids.hpp"
#include "tracker/program/rules.hpp"
#include "tracker/program/targets.hpp"

#include <algorithm>
#include <utility>

namespace waymark::tracker {
namespace {

// Chosen codes that happen to be taken: with eight characters more than a few in a row mean a bug.
constexpr int code_attempts_max = 8;

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  });
  return result;
}

bool is_reserved(const ProgramRules& rules, std::string_view code) {
  return std::ranges::any_of(rules.reserved_codes, [word = lower(code)](const auto& reserved) {
    return lower(reserved) == word;
  });
}

Ruled<std::string> checked_code(const ProgramRules& rules, std::string_view code) {
  if (!is_code(code)) {
    return Refusal{RefusalKind::invalid, "code", "must be 1 to 64 of A-Z a-z 0-9 _ -"};
  }
  if (is_reserved(rules, code)) {
    return Refusal{RefusalKind::invalid, "code", "is a reserved word (setting codes.reserved)"};
  }
  return rules.code_case == CodeCase::fold ? lower(code) : std::string{code};
}

Ruled<void> check_targets(Store& store, const ProgramRules& rules, const LinkRecord& record) {
  auto checked = check_target(store, rules, "destination", record.destination);
  if (!checked) return checked;
  return check_target(store, rules, "expired_url", record.expired_url);
}

Ruled<LinkRow> insert(Store& store, LinkRow& row, const ProgramRules& rules, bool choose_code) {
  for (int attempt = 0; attempt < code_attempts_max; ++attempt) {
    if (choose_code) {
      do {
        row.code = new_code();
      } while (is_reserved(rules, row.code));
    }
    auto stored = store.insert_link(row);
    if (stored) return std::move(*stored);
    if (stored.error() != Errc::conflict) return refusal_of(stored.error());
    // Either the id or the code is taken: which one decides what the caller hears.
    if (store.link(row.id)) return Refusal{RefusalKind::id_taken, "id", "is taken"};
    if (!choose_code) return Refusal{RefusalKind::code_taken, "code", "is taken on this host"};
  }
  return Refusal{RefusalKind::unavailable, "code", "no free code was found"};
}

}  // namespace

Ruled<LinkRow> create_link(Store& store, const ProgramRules& rules, NewLink link,
                           std::uint64_t now_ms) {
  LinkRow row;
  row.host = "*";
  if (!link.host.empty() && link.host != "*") {
    const auto host = normalize_host(link.host);
    if (!host) return Refusal{RefusalKind::invalid, "host", "must be a host name or *"};
    row.host = *host;
  }
  if (!link.code.empty()) {
    auto code = checked_code(rules, link.code);
    if (!code) return code.error();
    row.code = std::move(*code);
  }
  if (!link.id.empty() && !is_id(link.id)) {
    return Refusal{RefusalKind::invalid, "id", "must be 1 to 64 of A-Z a-z 0-9 _ . : -"};
  }
  row.id = link.id.empty() ? new_id("lnk_", now_ms) : std::move(link.id);
  row.record = std::move(link.record);
  row.record.link = row.id;

  const DestinationPolicy policy{{}, rules.destinations_allow};
  if (auto read = parse_link(link_fields(row.record), policy); !read) {
    return refusal_of(read.error());
  }
  if (auto checked = check_targets(store, rules, row.record); !checked) return checked.error();
  row.created_ms = row.updated_ms = now_ms;
  return insert(store, row, rules, row.code.empty());
}

Ruled<LinkRow> set_link_status(Store& store, std::string_view id, LinkStatus status,
                               std::uint64_t now_ms) {
  auto row = store.link(id);
  if (!row) return refusal_of(row.error());
  row->record.status = status;
  row->updated_ms = now_ms;
  auto stored = store.update_link(*row);
  if (!stored) return refusal_of(stored.error());
  return std::move(*stored);
}

std::string short_url(const ProgramRules& rules, const LinkRow& link) {
  std::string_view base = rules.base_url;
  if (link.host == "*") return std::string{base}.append("/").append(link.code);
  const auto scheme = base.substr(0, base.find("://"));
  return std::string{scheme}.append("://").append(link.host).append("/").append(link.code);
}

}  // namespace waymark::tracker
