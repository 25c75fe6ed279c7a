#include "redirect/links/record_reader.hpp"

#include "common/redis/keys.hpp"
#include "redirect/metrics.hpp"

#include <algorithm>

namespace waymark::redirect {
namespace {

RecordFields fields_of(redis::ReplyView reply) {
  RecordFields fields;
  for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
    fields.emplace_back(reply[i].text(), reply[i + 1].text());
  }
  return fields;
}

// The tracker's word that the store has no such record (shipping.md rule 14).
bool is_absent(const RecordFields& fields) {
  return std::ranges::find(fields, RecordFields::value_type{"absent", "1"}) != fields.end();
}

}  // namespace

std::optional<LinkRecord> RecordReader::link(std::string_view key, redis::ReplyView reply) {
  const RecordFields fields = fields_of(reply);
  if (fields.empty() || is_absent(fields)) return std::nullopt;
  auto record = parse_link(fields, policy_);
  if (record) return std::move(*record);
  report(key, record.error(), "Link is not redirected to");
  return std::nullopt;
}

std::optional<CampaignRecord> RecordReader::campaign(const std::string& id,
                                                     redis::ReplyView reply) {
  const RecordFields fields = fields_of(reply);
  if (fields.empty() || is_absent(fields)) return std::nullopt;
  auto record = parse_campaign(fields, policy_);
  if (record) return std::move(*record);
  report(redis_keys::campaign(id), record.error(),
         "Campaign is treated as a draft until it is mended");
  CampaignRecord draft;
  draft.status = CampaignStatus::draft;
  return draft;
}

std::shared_ptr<const DomainRecord> RecordReader::domain(const std::string& host,
                                                         redis::ReplyView reply) {
  const RecordFields fields = fields_of(reply);
  if (fields.empty() || is_absent(fields)) return nullptr;
  auto record = parse_domain(fields, policy_);
  if (record) return std::make_shared<const DomainRecord>(std::move(*record));
  report(redis_keys::domain(host), record.error(), "Domain is treated as having no record");
  return nullptr;
}

void RecordReader::report(std::string_view key, const RecordProblem& problem,
                          std::string_view consequence) {
  counters_.add(Counter::malformed_records);
  log_.warning("record.malformed", consequence,
               {{"key", key}, {"field", problem.field}, {"problem", problem.problem}});
}

}  // namespace waymark::redirect
