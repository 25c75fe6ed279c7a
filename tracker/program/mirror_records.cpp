#include "tracker/program/mirror_records.hpp"

#include "common/records.hpp"
#include "common/redis/keys.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::tracker {
namespace {

// As long as edges may take to ask for what they know (cache.refresh).
constexpr std::string_view announced_seconds = "60";

void add_replacement(std::vector<redis::Command>& commands, const MirrorRecord& record) {
  commands.push_back({"DEL", record.key});
  if (record.fields.empty()) return;
  redis::Command set{"HSET", record.key};
  for (const auto& [name, value] : record.fields) set.add(name).add(value);
  commands.push_back(std::move(set));
}

}  // namespace

MirrorRecord mirror_record(const LinkRow& row) {
  return {redis_keys::link(row.host, row.code), link_fields(row.record)};
}

// The record of the code a link had before.
MirrorRecord mirror_record(const AliasRow& row) {
  return {redis_keys::link(row.host, row.code), {{"alias_of", row.target}}};
}

// Defaults are left out of records, and Redis keeps no empty hash: a campaign always shows its
// status, a domain its host, so that a record with nothing but defaults is still there.
MirrorRecord mirror_record(const CampaignRow& row) {
  MirrorRecord record{redis_keys::campaign(row.id), campaign_fields(row.record)};
  const auto is_status = [](const auto& field) { return field.first == "status"; };
  if (std::ranges::none_of(record.fields, is_status)) {
    record.fields.emplace_back("status", to_text(row.record.status));
  }
  return record;
}

MirrorRecord mirror_record(const DomainRow& row) {
  MirrorRecord record{redis_keys::domain(row.host), {}};
  if (row.removed) return record;
  record.fields = domain_fields(row.record);
  record.fields.emplace_back("host", row.host);
  return record;
}

MirrorRecord mirror_record(const Change& change) {
  return std::visit([](const auto& row) { return mirror_record(row); }, change);
}

std::vector<redis::Command> replace_commands(const std::vector<Change>& changes) {
  std::vector<redis::Command> commands;
  commands.reserve(2 * changes.size());
  for (const auto& change : changes) add_replacement(commands, mirror_record(change));
  return commands;
}

std::vector<redis::Command> announce_commands(const std::vector<Change>& changes) {
  std::vector<redis::Command> commands;
  commands.reserve(3 * changes.size());
  for (const auto& change : changes) {
    MirrorRecord record = mirror_record(change);
    // Taking away what is not there would tell nobody.
    if (record.fields.empty()) {
      record.fields.emplace_back(redis_keys::absent_field, redis_keys::absent_value);
    }
    add_replacement(commands, record);
    commands.push_back({"EXPIRE", record.key, announced_seconds});
  }
  return commands;
}

}  // namespace waymark::tracker
