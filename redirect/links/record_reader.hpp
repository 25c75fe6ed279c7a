// Turns replies of HGETALL, which must be answers, into records. What does not validate is counted
// and logged with key and field, and never redirected to.
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

// What stands at the key of a link.
struct LinkReading {
  std::optional<LinkRecord> record{};  // one with `alias_of` may have no destination
  bool unusable = false;               // there is one that must not be followed
};

class RecordReader {
 public:
  // What becomes of records that cannot be used, for the log.
  static constexpr std::string_view unusable_link = "Link is not redirected to";
  static constexpr std::string_view unusable_campaign =
      "Campaign is treated as a draft until it is mended";
  static constexpr std::string_view unusable_domain = "Domain is treated as having no record";

  // `counters` and `log` outlive this.
  RecordReader(DestinationPolicy policy, MetricShard& counters, Log& log)
      : policy_(std::move(policy)), counters_(counters), log_(log) {}

  // Whether Redis has said what stands at a key. A key of another type is an answer, too: of a
  // record that cannot be used.
  static bool is_answer(redis::ReplyView reply) noexcept {
    return !reply.is_error() || reply.is_error_code("WRONGTYPE");
  }
  // Whether there is a record, good or not.
  static bool is_record(redis::ReplyView reply);

  LinkReading link(std::string_view key, redis::ReplyView reply);
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
