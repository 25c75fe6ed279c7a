#include "tracker/program/hosts.hpp"
#include "tracker/program/ids.hpp"
#include "tracker/program/link_checks.hpp"
#include "tracker/program/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace waymark::tracker {
namespace {

// Chosen codes that happen to be taken: with eight characters more than a few in a row mean a bug.
constexpr int code_attempts_max = 8;

// A link as it would be stored, but for what is chosen for it: an id and a code.
struct CheckedLink {
  LinkRow row;
  std::vector<std::string> aliases;
};

Refusal of_alias(std::size_t index, Refusal refusal) {
  if (refusal.field == "code") refusal.field = fmt::format("aliases/{}", index);
  return refusal;
}

Ruled<std::vector<std::string>> checked_aliases(const ProgramRules& rules,
                                                const std::vector<std::string>& aliases,
                                                const std::string& code) {
  std::vector<std::string> codes;
  if (aliases.empty()) return codes;
  std::unordered_set<std::string> seen{code};
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    auto alias = checked_code(rules, aliases[i]);
    if (!alias) return of_alias(i, alias.error());
    if (!seen.insert(*alias).second) {
      return of_alias(i, {RefusalKind::invalid, "code", "is in it twice, or the code itself"});
    }
    codes.push_back(std::move(*alias));
  }
  return codes;
}

Ruled<CheckedLink> checked(Store& store, const ProgramRules& rules, NewLink link,
                           std::uint64_t now_ms) {
  LinkRow row;
  row.host = "*";
  if (!link.host.empty() && link.host != "*") {
    const auto host = checked_host(link.host);
    if (!host) return host.error();
    row.host = *host;
  }
  if (!link.code.empty()) {
    auto code = checked_code(rules, link.code);
    if (!code) return code.error();
    row.code = std::move(*code);
  }
  auto aliases = checked_aliases(rules, link.aliases, row.code);
  if (!aliases) return aliases.error();
  if (!link.id.empty() && !is_id(link.id)) {
    return Refusal{RefusalKind::invalid, "id", "must be 1 to 64 of A-Z a-z 0-9 _ . : -"};
  }
  row.id = std::move(link.id);
  row.record = std::move(link.record);
  row.record.link = row.id;
  if (auto checked = check_link(store, rules, {}, row.record); !checked) return checked.error();
  row.created_ms = row.updated_ms = now_ms;
  return CheckedLink{std::move(row), std::move(*aliases)};
}

Ruled<void> choose_code(Store& store, const ProgramRules& rules, LinkRow& row) {
  for (int attempt = 0; attempt < code_attempts_max; ++attempt) {
    row.code = new_code();
    if (is_reserved(rules, row.code)) continue;
    const auto free = check_code_is_free(store, row, row.code);
    if (free || free.error().kind != RefusalKind::code_taken) return free;
  }
  return Refusal{RefusalKind::unavailable, "code", "no free code was found"};
}

// What is taken is asked for first: a conflict of the store would not say what it is about.
Ruled<LinkRow> insert(Store& store, const ProgramRules& rules, CheckedLink link) {
  LinkRow& row = link.row;
  if (row.id.empty()) {
    row.id = row.record.link = new_id("lnk_", row.created_ms);
  } else if (auto taken = store.link(row.id)) {
    return Refusal{RefusalKind::id_taken, "id", "is taken"};
  } else if (taken.error() != Errc::not_found) {
    return refusal_of(taken.error());
  }
  const auto usable =
      row.code.empty() ? choose_code(store, rules, row) : check_code_is_free(store, row, row.code);
  if (!usable) return usable.error();
  for (std::size_t i = 0; i < link.aliases.size(); ++i) {
    auto free = check_code_is_free(store, row, link.aliases[i]);
    if (!free) return of_alias(i, free.error());
  }
  auto stored = store.insert_link(row);
  if (!stored) return refusal_of(stored.error());
  for (const auto& code : link.aliases) {
    const auto alias = store.insert_alias({.host = row.host,
                                           .code = code,
                                           .link = row.id,
                                           .target = row.code,
                                           .created_ms = row.created_ms});
    if (!alias) return refusal_of(alias.error());
    stored->change = alias->change;  // who waits for the link waits for its aliases
  }
  return std::move(*stored);
}

// Whether `wanted` asks for nothing but what `known` is. What it leaves to be chosen fits anything.
bool is_same(Store& store, const LinkRow& known, const CheckedLink& wanted) {
  const LinkRow& row = wanted.row;
  if (known.host != row.host || (!row.code.empty() && known.code != row.code)) return false;
  LinkRecord record = row.record;
  if (row.id.empty()) record.link = known.id;
  record.full = known.record.full;
  return known.record == record && std::ranges::all_of(wanted.aliases, [&](const auto& code) {
           const auto alias = store.alias(known.host, code);
           return alias && alias->link == known.id;
         });
}

}  // namespace

Ruled<LinkRow> create_link(Store& store, const ProgramRules& rules, NewLink link,
                           std::uint64_t now_ms) {
  auto wanted = checked(store, rules, std::move(link), now_ms);
  if (!wanted) return wanted.error();
  return insert(store, rules, std::move(*wanted));
}

Ruled<ImportedLink> import_link(Store& store, const ProgramRules& rules, NewLink link,
                                std::string_view key, std::uint64_t now_ms) {
  if (!key.empty()) {
    if (!link.id.empty()) {
      return Refusal{RefusalKind::invalid, "idempotency_key", "cannot be combined with id"};
    }
    link.id = id_of_key("lnk_", key);
    auto known = store.link(link.id);
    if (known) return ImportedLink{std::move(*known)};
    if (known.error() != Errc::not_found) return refusal_of(known.error());
  }
  auto wanted = checked(store, rules, std::move(link), now_ms);
  if (!wanted) return wanted.error();
  // An id that was made of the key is nobody's wish: a link that is the same otherwise will do.
  CheckedLink asked = *wanted;
  if (!key.empty()) asked.row.id = asked.row.record.link = "";
  const LinkRow& row = asked.row;
  auto known = row.id.empty() ? store.link_by_code(row.host, row.code) : store.link(row.id);
  if (known && is_same(store, *known, asked)) {
    return ImportedLink{std::move(*known), std::move(asked.aliases)};
  }
  auto made = insert(store, rules, std::move(*wanted));
  if (!made) return made.error();
  return ImportedLink{std::move(*made), std::move(asked.aliases), true};
}

Ruled<LinkRow> change_link(Store& store, const ProgramRules& rules, const LinkRow& before,
                           LinkRow after, std::uint64_t now_ms) {
  if (after.code != before.code) {
    auto code = checked_code(rules, after.code);
    if (!code) return code.error();
    after.code = std::move(*code);
  }
  if (after.code == before.code && after.record == before.record) return before;
  if (auto checked = check_link(store, rules, before.record, after.record); !checked) {
    return checked.error();
  }
  if (after.code != before.code) {
    if (auto free = check_code_is_free(store, after, after.code); !free) return free.error();
  }
  after.updated_ms = now_ms;
  auto stored = store.update_link(after);
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
