// Counts durations so that any percentile can be told afterwards, in 36 KiB, with an error below
// 0.8 %: every power of two is divided into 128 buckets of one width (log-linear, as in
// HdrHistogram). Durations below 256 ns are exact. Merging loses nothing: merged histograms equal
// one that has recorded everything.
//
//   index  0 .. 255    256 .. 383     384 .. 511      ...  4480 .. 4607
//   ns     one each    256 .. 511     512 .. 1023     ...  up to 2^42 (73 minutes)
//                      by 2           by 4
//
// One thread at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace waymark::loadtest {

class Histogram {
 public:
  // One bucket as it is stored: never change what an index means, results are kept for years.
  struct Bucket {
    std::uint32_t index;
    std::uint64_t count;
    bool operator==(const Bucket&) const = default;
  };

  static constexpr std::uint64_t recordable_max_ns = 3'600'000'000'000;  // an hour

  Histogram() : counts_(buckets_max) {}

  // Longer durations than an hour fall into its bucket; max() and mean() stay exact.
  void record(std::uint64_t ns) noexcept { record(ns, 1); }
  void record(std::uint64_t ns, std::uint64_t count) noexcept {
    if (count == 0) return;
    counts_[index_of(ns)] += count;
    count_ += count;
    sum_ += ns * count;
    if (ns < min_) min_ = ns;
    if (ns > max_) max_ = ns;
  }

  void merge(const Histogram& other) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  // The duration that at least `quantile` (0..1) of all did not exceed: the upper end of its
  // bucket, never above max(). 0 when nothing was recorded, as for the others.
  std::uint64_t at(double quantile) const noexcept;
  std::uint64_t min() const noexcept { return count_ == 0 ? 0 : min_; }
  std::uint64_t max() const noexcept { return max_; }
  std::uint64_t sum() const noexcept { return sum_; }
  double mean() const noexcept;

  // Calls f(low_ns, high_ns, count) for each bucket that holds something, upwards; both ends
  // belong to it.
  template <class F>
  void for_each_bucket(F&& f) const {
    for (std::uint32_t i = 0; i < buckets_max; ++i) {
      if (counts_[i] != 0) f(low_of(i), high_of(i), counts_[i]);
    }
  }

  // The form that is stored, and back. `buckets` holds what is not empty, upwards.
  std::vector<Bucket> buckets() const;
  // Empty when an index is out of range or the extremes contradict the buckets.
  static std::optional<Histogram> restore(std::span<const Bucket> buckets, std::uint64_t min,
                                          std::uint64_t max, std::uint64_t sum);
  // Adds what buckets alone tell: extremes and sum are as exact as buckets are. Indices out of
  // range are left out.
  void add(std::span<const Bucket> buckets) noexcept;
  static Histogram of(std::span<const Bucket> buckets) noexcept;

  bool operator==(const Histogram&) const = default;

 private:
  static constexpr unsigned sub_bits = 7;
  static constexpr std::uint64_t sub_buckets = 1U << sub_bits;

  static constexpr std::uint32_t index_of(std::uint64_t ns) noexcept {
    if (ns > recordable_max_ns) ns = recordable_max_ns;
    if (ns < sub_buckets) return static_cast<std::uint32_t>(ns);
    const unsigned shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - sub_bits;
    return static_cast<std::uint32_t>(shift * sub_buckets + (ns >> shift));
  }
  static constexpr std::uint64_t low_of(std::uint32_t index) noexcept {
    if (index < 2 * sub_buckets) return index;
    const std::uint64_t shift = index / sub_buckets - 1;
    return (index - shift * sub_buckets) << shift;
  }
  static constexpr std::uint64_t high_of(std::uint32_t index) noexcept {
    return low_of(index + 1) - 1;
  }

  static constexpr std::uint32_t buckets_max =
      (std::bit_width(recordable_max_ns) - sub_bits + 1) * sub_buckets;
  static_assert(buckets_max == 4608);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

}  // namespace waymark::loadtest
