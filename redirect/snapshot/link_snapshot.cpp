#include "redirect/snapshot/link_snapshot.hpp"

#include "common/clock.hpp"
#include "common/limits.hpp"

#include <boost/asio/post.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace waymark::redirect {
namespace {

snapshot::Lookup::Part part_of(const LinkSnapshot::Part& part) {
  if (part.record == nullptr) return {};
  return {std::string{part.code}, link_fields(*part.record)};
}

// From now on this thread runs when those who serve visitors leave it a core.
void give_way() noexcept {
  constexpr int politeness = 10;
  ::setpriority(PRIO_PROCESS, 0, politeness);  // of a thread, on Linux
}

std::uint64_t modified_unix_ms(const std::filesystem::path& file) {
  using namespace std::chrono;
  std::error_code error;
  const auto time = std::filesystem::last_write_time(file, error);
  if (error) return 0;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(file_clock::to_sys(time).time_since_epoch()).count());
}

}  // namespace

LinkSnapshot::LinkSnapshot(boost::asio::io_context& control, boost::asio::thread_pool& helper,
                           SnapshotOptions options, Take take, Log& log)
    : helper_(helper),
      options_(std::move(options)),
      take_(std::move(take)),
      log_(log),
      timer_(control),
      gone_(options_.seed) {}

void LinkSnapshot::start() {
  if (!is_on()) {
    loaded_ = true;
    return;
  }
  busy_ = true;
  boost::asio::post(helper_, [this] { load(); });
  wait();
}

void LinkSnapshot::stop() {
  if (!is_on()) return;
  timer_.cancel();
  if (is_outdated()) post_writing();
}

void LinkSnapshot::load() {
  const snapshot::LoadOptions options{options_.destinations, unix_ms(), options_.stale_max_ms};
  const auto loaded = snapshot::load(options_.file, options, take_);
  loaded_answers_ = loaded.answers;
  refused_ = loaded.refused;
  if (loaded.reading != snapshot::Reading::missing) {
    written_unix_ms_ = modified_unix_ms(options_.file);
    log_.info("snapshot.loaded", "Links known before the start",
              {{"links", loaded.answers}, {"refused", loaded.refused}});
  }
  if (loaded.reading == snapshot::Reading::foreign ||
      loaded.reading == snapshot::Reading::damaged) {
    damaged_ = 1;
    const bool foreign = loaded.reading == snapshot::Reading::foreign;
    log_.warning("snapshot.damaged",
                 foreign
                     ? "The snapshot of links is none of this version: it is ignored and written "
                       "anew"
                     : "The snapshot of links is damaged: the rest of it is ignored, and it is "
                       "written anew",
                 {{"file", options_.file.string()}, {"links", loaded.answers}});
  }
  give_way();
  loaded_ = true;
  busy_ = false;
}

void LinkSnapshot::remember(const LookupKey& key, Part bound, Part any) {
  if (!is_on()) return;
  const std::string name = key.name();
  if (bound.record == nullptr && any.record == nullptr) return forget(name);
  gone_.remove(name);
  add({unix_ms(), snapshot::Lookup{key.host, key.code, part_of(bound), part_of(any)}});
}

// A record of defaults alone has no fields: one that says nothing new tells it from none at all.
void LinkSnapshot::remember_campaign(const std::string& id, const CampaignRecord* record) {
  if (!is_on()) return;
  RecordFields fields;
  if (record != nullptr) {
    fields = campaign_fields(*record);
    if (fields.empty()) fields.emplace_back("status", to_text(record->status));
  }
  add({unix_ms(), snapshot::Campaign{id, std::move(fields)}});
}

void LinkSnapshot::remember_domain(const std::string& host, const DomainRecord* record) {
  if (!is_on()) return;
  RecordFields fields;
  if (record != nullptr) {
    fields = domain_fields(*record);
    if (fields.empty()) fields.emplace_back("host", host);
  }
  add({unix_ms(), snapshot::Domain{host, std::move(fields)}});
}

void LinkSnapshot::add(const snapshot::Entry& entry) {
  if (waiting_.bytes() > options_.bytes_max) {
    ++skipped_;
  } else {
    waiting_.add(snapshot::encode(entry));
  }
  if (waiting_.bytes() > std::min(limits::snapshot_waiting_bytes, options_.bytes_max)) hand_over();
}

void LinkSnapshot::forget(std::string_view name) {
  if (gone_.size() >= limits::snapshot_gone_max) hand_over();
  if (gone_.size() >= limits::snapshot_gone_max) {
    ++skipped_;
  } else {
    gone_.add(name);
  }
}

void LinkSnapshot::wait() {
  timer_.expires_after(options_.every);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    hand_over();
    wait();
  });
}

void LinkSnapshot::hand_over() {
  if (!is_outdated() || busy_.exchange(true)) return;
  post_writing();
}

void LinkSnapshot::post_writing() {
  boost::asio::post(helper_, [this, payloads = std::exchange(waiting_, {}),
                              gone = std::exchange(gone_, snapshot::GoneLinks{options_.seed})] {
    write(payloads, gone);
    busy_ = false;
  });
}

void LinkSnapshot::write(const snapshot::PayloadList& payloads, const snapshot::GoneLinks& gone) {
  const std::uint64_t now = unix_ms();
  const snapshot::Bounds bounds{options_.bytes_max, now - std::min(now, options_.stale_max_ms)};
  const auto written = snapshot::update(options_.file, payloads, gone, bounds);
  if (!written.done) {
    ++failures_;
    log_.warning("snapshot.failed", "The snapshot of links was not written; the last one stays",
                 {{"file", options_.file.string()}, {"problem", written.problem}});
    return;
  }
  written_unix_ms_ = now;
  file_bytes_ = written.bytes;
  file_lookups_ = written.lookups;
}

void LinkSnapshot::register_gauges(Metrics& metrics) {
  const auto number = [&metrics](MetricInfo info, const std::atomic<std::uint64_t>& value) {
    metrics.gauge(info, [&value] { return static_cast<double>(value.load()); });
  };
  metrics.gauge(
      {"link_snapshot_age_seconds", "", "Since the snapshot was written; 0: there is none"},
      [this] {
        const std::uint64_t written = written_unix_ms_.load();
        const std::uint64_t now = unix_ms();
        return written == 0 || now < written ? 0.0 : static_cast<double>(now - written) / 1000;
      });
  number({"link_snapshot_bytes", "", "Size of the snapshot that was written last"}, file_bytes_);
  number({"link_snapshot_links", "", "Answers in the snapshot that was written last"},
         file_lookups_);
  number({"link_snapshot_loaded", "", "Answers taken from the snapshot at the start"},
         loaded_answers_);
  number({"link_snapshot_refused", "", "Records of the snapshot that could not be used"}, refused_);
  number({"link_snapshot_damaged", "", "1 when the snapshot was damaged or of another version"},
         damaged_);
  number({"link_snapshot_failures_total", "", "Snapshots that could not be written"}, failures_);
  metrics.gauge({"link_snapshot_skipped_total", "",
                 "Answers not kept for the snapshot because too many wait to be written"},
                [this] { return static_cast<double>(skipped_); });
}

}  // namespace waymark::redirect
