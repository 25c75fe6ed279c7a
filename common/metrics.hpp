// Counters that cost the request path one plain store each: every thread has a shard of its own
// that only it writes; a scrape sums the shards. Rendered as Prometheus text, prefix `waymark_`.
//
// A program lists its counters once:
//
//   enum class Counter : std::size_t { redirects, misses, count_ };
//   constexpr MetricInfo counters[] = {
//       {"http_requests_total", "outcome=\"redirect\"", "Requests answered, by outcome"}, ...};
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace waymark {

struct MetricInfo {
  const char* name;    // without the prefix; `_total` for counters
  const char* labels;  // `key="value",...` or empty
  const char* help;
};

// One thread's counters. Written by that thread only, read by any.
class MetricShard {
 public:
  explicit MetricShard(std::size_t size) : values_(size) {}

  void add(std::size_t index, std::uint64_t amount = 1) noexcept {
    auto& value = values_[index];
    value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void add(Enum which, std::uint64_t amount = 1) noexcept {
    add(static_cast<std::size_t>(which), amount);
  }
  std::uint64_t value(std::size_t index) const noexcept {
    return values_[index].load(std::memory_order_relaxed);
  }

 private:
  std::vector<std::atomic<std::uint64_t>> values_;
};

class Metrics {
 public:
  // `infos` must outlive this; rows of one name stand together.
  explicit Metrics(std::span<const MetricInfo> infos) : infos_(infos) {}

  // A shard for a new thread; lives as long as this. Any thread.
  MetricShard& new_shard();
  std::uint64_t sum(std::size_t index) const;

  // A gauge asked at scrape time, on the scraping thread. Any thread.
  void gauge(MetricInfo info, std::function<double()> read);

  // Prometheus text format 0.0.4, counters first, with process_* figures.
  std::string render() const;

 private:
  struct Gauge {
    MetricInfo info;
    std::function<double()> read;
  };
  std::span<const MetricInfo> infos_;
  mutable std::mutex mutex_;  // new_shard, gauge and render only
  std::vector<std::unique_ptr<MetricShard>> shards_;
  std::vector<Gauge> gauges_;
};

}  // namespace waymark
