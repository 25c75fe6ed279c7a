#include "loadtest/kit/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace waymark::loadtest {

void Histogram::merge(const Histogram& other) noexcept {
  for (std::uint32_t i = 0; i < buckets_max; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::at(double quantile) const noexcept {
  if (count_ == 0) return 0;
  const double share = std::clamp(quantile, 0.0, 1.0);
  // 0.99 of 100 must be the 99th: binary fractions would make it the 100th.
  const double exact = share * static_cast<double>(count_) * (1 - 1e-12);
  const auto wanted =
      std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(exact)), 1, count_);
  std::uint64_t seen = 0;
  for (std::uint32_t i = 0; i < buckets_max; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return std::clamp(high_of(i), min_, max_);
  }
  return max_;
}

double Histogram::mean() const noexcept {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> held;
  for (std::uint32_t i = 0; i < buckets_max; ++i) {
    if (counts_[i] != 0) held.push_back({i, counts_[i]});
  }
  return held;
}

void Histogram::add(std::span<const Bucket> buckets) noexcept {
  for (const auto& [index, count] : buckets) {
    if (index < buckets_max) record(high_of(index), count);
  }
}

Histogram Histogram::of(std::span<const Bucket> buckets) noexcept {
  Histogram made;
  made.add(buckets);
  return made;
}

std::optional<Histogram> Histogram::restore(std::span<const Bucket> buckets, std::uint64_t min,
                                            std::uint64_t max, std::uint64_t sum) {
  for (const auto& bucket : buckets) {
    if (bucket.index >= buckets_max) return std::nullopt;
  }
  Histogram made = of(buckets);
  if (made.count_ == 0) return made;
  if (min > max || index_of(min) != index_of(made.min_) || index_of(max) != index_of(made.max_)) {
    return std::nullopt;
  }
  made.min_ = min;
  made.max_ = max;
  made.sum_ = sum;
  return made;
}

}  // namespace waymark::loadtest
