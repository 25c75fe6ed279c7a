#include "common/metrics.hpp"

#include "common/process_stats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace waymark {
namespace {

// HELP and TYPE stand once above the rows of a name.
void append_heading(std::string& text, const MetricInfo& info) {
  const bool counter = std::string_view{info.name}.ends_with("_total");
  text += fmt::format("# HELP waymark_{0} {1}\n# TYPE waymark_{0} {2}\n", info.name, info.help,
                      counter ? "counter" : "gauge");
}

template <class Number>
void append_row(std::string& text, const MetricInfo& info, Number value) {
  const std::string_view labels{info.labels};
  if (labels.empty()) {
    text += fmt::format("waymark_{} {}\n", info.name, value);
  } else {
    text += fmt::format("waymark_{}{{{}}} {}\n", info.name, labels, value);
  }
}

}  // namespace

MetricShard& Metrics::new_shard() {
  const std::lock_guard lock{mutex_};
  return *shards_.emplace_back(std::make_unique<MetricShard>(infos_.size()));
}

std::uint64_t Metrics::sum(std::size_t index) const {
  const std::lock_guard lock{mutex_};
  std::uint64_t total = 0;
  for (const auto& shard : shards_) total += shard->value(index);
  return total;
}

void Metrics::gauge(MetricInfo info, std::function<double()> read) {
  const std::lock_guard lock{mutex_};
  // Rows of one name stand together, in the order of their coming.
  const auto after = std::find_if(gauges_.rbegin(), gauges_.rend(), [&](const Gauge& other) {
    return std::string_view{other.info.name} == info.name;
  });
  const auto place = after == gauges_.rend() ? gauges_.end() : after.base();
  gauges_.insert(place, Gauge{info, std::move(read)});
}

std::string Metrics::render() const {
  std::string text;
  std::string_view name;
  const auto heading_once = [&](const MetricInfo& info) {
    if (name != info.name) append_heading(text, info);
    name = info.name;
  };
  for (std::size_t index = 0; index < infos_.size(); ++index) {
    heading_once(infos_[index]);
    append_row(text, infos_[index], sum(index));
  }
  // Read outside the lock: a gauge may well ask sum().
  const auto gauges = [this] {
    const std::lock_guard lock{mutex_};
    return gauges_;
  }();
  for (const Gauge& gauge : gauges) {
    heading_once(gauge.info);
    append_row(text, gauge.info, gauge.read());
  }
  append_process_stats(text);
  return text;
}

}  // namespace waymark
