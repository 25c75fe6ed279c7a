// Turns replies of HGETALL into records. What does not validate is counted and logged with key and
// field, and never redirected to.
#pragma once

#include "common/log.hpp"
#include "common/metrics.hpp"
#include "common/records.hpp"
#include "common/redis/reply.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::redirect {

class RecordReader {
 public:
  // `counters` and `log` outlive this.
  RecordReader(DestinationPolicy policy, MetricShard& counters, Log& log)
      : policy_(std::move(policy)), counters_(counters), log_(log) {}

  // Nothing where there is no record that may be used. One with `alias_of` may have no destination.
  std::optional<LinkRecord> link(std::string_view key, redis::ReplyView reply);
  // Nothing where there is no record; one that is malformed reads as a draft, which answers 404.
  std::optional<CampaignRecord> campaign(const std::string& id, redis::ReplyView reply);
  // Null where there is no record that may be used.
  std::shared_ptr<const DomainRecord> domain(const std::string& host, redis::ReplyView reply);

  void report(std::string_view key, const RecordProblem& problem, std::string_view consequence);

 private:
  DestinationPolicy policy_;
  MetricShard& counters_;
  Log& log_;
};

}  // namespace waymark::redirect
