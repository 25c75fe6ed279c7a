#include "tracker/program/mirror_records.hpp"

#include "common/records.hpp"
#include "common/redis/keys.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::tracker {
namespace {

struct Hash {
  std::string key;
  RecordFields fields;
};

Hash hash_of(const LinkRow& row) {
  return {redis_keys::link(row.host, row.code), link_fields(row.record)};
}

// The record of the code a link had before.
Hash hash_of(const AliasRow& row) {
  return {redis_keys::link(row.host, row.code), {{"alias_of", row.target}}};
}

// Defaults are left out of records, and Redis keeps no empty hash: a campaign always shows its
// status, a domain its host, so that a record with nothing but defaults is still there.
Hash hash_of(const CampaignRow& row) {
  Hash hash{redis_keys::campaign(row.id), campaign_fields(row.record)};
  const auto is_status = [](const auto& field) { return field.first == "status"; };
  if (std::ranges::none_of(hash.fields, is_status)) {
    hash.fields.emplace_back("status", to_text(row.record.status));
  }
  return hash;
}

Hash hash_of(const DomainRow& row) {
  Hash hash{redis_keys::domain(row.host), domain_fields(row.record)};
  hash.fields.emplace_back("host", row.host);
  return hash;
}

}  // namespace

std::vector<redis::Command> replace_commands(const std::vector<Change>& changes) {
  std::vector<redis::Command> commands;
  commands.reserve(2 * changes.size());
  for (const auto& change : changes) {
    const Hash hash = std::visit([](const auto& row) { return hash_of(row); }, change);
    commands.push_back({"DEL", hash.key});
    redis::Command set{"HSET", hash.key};
    for (const auto& [name, value] : hash.fields) set.add(name).add(value);
    commands.push_back(std::move(set));
  }
  return commands;
}

}  // namespace waymark::tracker
