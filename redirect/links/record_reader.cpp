#include "redirect/links/record_reader.hpp"

#include "common/redis/keys.hpp"
#include "redirect/metrics.hpp"

namespace waymark::redirect {
namespace {

RecordFields fields_of(redis::ReplyView reply) {
  RecordFields fields;
  for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
    fields.emplace_back(reply[i].text(), reply[i + 1].text());
  }
  return fields;
}

}  // namespace

std::optional<LinkRecord> RecordReader::link(std::string_view key, redis::ReplyView reply) {
  if (reply.size() == 0) return std::nullopt;
  auto record = parse_link(fields_of(reply), policy_);
  if (record && !record->destination.empty()) return std::move(*record);
  // An alias may stand without a destination; it is not followed here.
  report(key, record ? RecordProblem{"destination", "is missing"} : record.error(),
         "Link is not redirected to");
  return std::nullopt;
}

std::optional<CampaignRecord> RecordReader::campaign(const std::string& id,
                                                     redis::ReplyView reply) {
  if (reply.size() == 0) return std::nullopt;
  auto record = parse_campaign(fields_of(reply));
  if (record) return std::move(*record);
  report(redis_keys::campaign(id), record.error(),
         "Campaign is treated as a draft until it is mended");
  CampaignRecord draft;
  draft.status = CampaignStatus::draft;
  return draft;
}

std::shared_ptr<const DomainRecord> RecordReader::domain(const std::string& host,
                                                         redis::ReplyView reply) {
  if (reply.size() == 0) return nullptr;
  auto record = parse_domain(fields_of(reply));
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
