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
  const RecordFields::value_type word{redis_keys::absent_field, redis_keys::absent_value};
  return std::ranges::find(fields, word) != fields.end();
}

// What `parse` makes of the fields; nothing where there is no record.
template <class Parse>
auto read(redis::ReplyView reply, Parse parse) -> std::optional<decltype(parse(RecordFields{}))> {
  if (reply.is_error()) {
    return RecordProblem{"", "is no hash; delete the key and write the record with HSET"};
  }
  const RecordFields fields = fields_of(reply);
  if (fields.empty() || is_absent(fields)) return std::nullopt;
  return parse(fields);
}

}  // namespace

bool RecordReader::is_record(redis::ReplyView reply) {
  return reply.is_error() || (reply.size() > 0 && !is_absent(fields_of(reply)));
}

LinkReading RecordReader::link(std::string_view key, redis::ReplyView reply) {
  auto record = read(reply, [this](const RecordFields& f) { return parse_link(f, policy_); });
  if (!record) return {};
  if (*record) return {.record = std::move(**record)};
  report(key, record->error(), unusable_link);
  return {.unusable = true};
}

std::optional<CampaignRecord> RecordReader::campaign(const std::string& id,
                                                     redis::ReplyView reply) {
  auto record = read(reply, [this](const RecordFields& f) { return parse_campaign(f, policy_); });
  if (!record) return std::nullopt;
  if (*record) return std::move(**record);
  report(redis_keys::campaign(id), record->error(), unusable_campaign);
  CampaignRecord draft;
  draft.status = CampaignStatus::draft;
  return draft;
}

std::shared_ptr<const DomainRecord> RecordReader::domain(const std::string& host,
                                                         redis::ReplyView reply) {
  const DestinationPolicy policy = policy_.with_domain(host);
  auto record = read(reply, [&](const RecordFields& f) { return parse_domain(f, policy); });
  if (!record) return nullptr;
  if (!*record) {
    report(redis_keys::domain(host), record->error(), unusable_domain);
    return nullptr;
  }
  DomainRecord& domain = **record;
  if (!domain.cookie_domain.empty() && !is_cookie_domain_of(domain.cookie_domain, host)) {
    report(redis_keys::domain(host),
           {"cookie_domain",
            "is neither the host nor a name above it that has a dot: browsers "
            "would refuse the cookie"},
           "Cookies of this domain are for its own host alone");
    domain.cookie_domain.clear();
  }
  return std::make_shared<const DomainRecord>(std::move(domain));
}

void RecordReader::report(std::string_view key, const RecordProblem& problem,
                          std::string_view consequence) {
  counters_.add(Counter::malformed_records);
  log_.warning("record.malformed", consequence,
               {{"key", key}, {"field", problem.field}, {"problem", problem.problem}});
}

}  // namespace waymark::redirect
