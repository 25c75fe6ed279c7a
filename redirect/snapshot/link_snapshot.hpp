// Keeps what this process knows of links in a file, so that an edge that is restarted while Redis
// is away still serves it. The threads that serve visitors have no part in this: LinkSource tells
// of each answer of Redis, which is encoded once; every minute, or when much has come, the helper
// thread brings the file up to date. So the file holds what was asked for of late, also what the
// caches have forgotten since.
//
// Lives on the control thread but for the helper.
#pragma once

#include "common/log.hpp"
#include "common/metrics.hpp"
#include "common/records.hpp"
#include "redirect/snapshot/gone_links.hpp"
#include "redirect/snapshot/loader.hpp"
#include "redirect/snapshot/payload_list.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::redirect {

struct SnapshotOptions {
  std::filesystem::path file;
  std::chrono::milliseconds every{60'000};  // 0: no snapshot is kept or loaded
  std::size_t bytes_max = 0;                // of the file's lookups, and of what waits for it
  std::uint64_t stale_max_ms = 86'400'000;
  DestinationPolicy destinations;
  std::uint64_t seed = 0;  // secret, of this process
};

class LinkSnapshot {
 public:
  // `answers` are the loaded ones; called on the helper thread, any number of times after start().
  using Take = std::function<void(std::shared_ptr<const snapshot::Answers> answers)>;

  // `helper` has one thread, and is joined while this lives.
  LinkSnapshot(boost::asio::io_context& control, boost::asio::thread_pool& helper,
               SnapshotOptions options, Take take, Log& log);

  // Loads the file on the helper thread, then begins to write it.
  void start();
  // Has what is left written: when `helper` is joined it is, which takes longer than a second for
  // very large snapshots only.
  void stop();

  // True when the file has been read, or there is none to read.
  bool loaded() const noexcept { return loaded_.load(); }

  // What Redis said. Parts and records that it does not have are null.
  struct Part {
    std::string_view code;
    const LinkRecord* record = nullptr;
  };
  void remember(const LookupKey& key, Part bound, Part any);
  void remember_campaign(const std::string& id, const CampaignRecord* record);
  void remember_domain(const std::string& host, const DomainRecord* record);

  // Read on the control thread.
  void register_gauges(Metrics& metrics);

 private:
  bool is_on() const noexcept { return options_.every.count() > 0; }
  bool is_outdated() const noexcept { return !waiting_.empty() || gone_.size() > 0; }
  void add(const snapshot::Entry& entry);
  void forget(std::string_view name);
  void load();
  void wait();
  void hand_over();
  void post_writing();
  void write(const snapshot::PayloadList& payloads, const snapshot::GoneLinks& gone);

  boost::asio::thread_pool& helper_;
  SnapshotOptions options_;
  Take take_;
  Log& log_;
  boost::asio::steady_timer timer_;
  snapshot::PayloadList waiting_;  // since the last hand-over
  snapshot::GoneLinks gone_;
  std::atomic<bool> busy_{false};
  std::atomic<bool> loaded_{false};
  // Figures for the gauges.
  std::atomic<std::uint64_t> written_unix_ms_{0};  // of the file's content; 0: there is none
  std::atomic<std::uint64_t> file_bytes_{0}, file_lookups_{0};
  std::atomic<std::uint64_t> loaded_answers_{0}, refused_{0}, damaged_{0}, failures_{0};
  std::uint64_t skipped_ = 0;
};

}  // namespace waymark::redirect
