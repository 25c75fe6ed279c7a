// A lease as its holder sees it (README.md). Pure but for the clock in held().
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace waymark::tracker {

// Goes on while the machine is suspended, so that a lease never seems longer than it is.
struct LeaseClock {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<LeaseClock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};

class Lease {
 public:
  explicit Lease(std::string name) : name_(std::move(name)) {}

  const std::string& name() const noexcept { return name_; }
  // Whether its work may be done now.
  bool held() const noexcept { return held_at(LeaseClock::now()); }
  bool held_at(LeaseClock::time_point now) const noexcept { return now < until_; }
  // Grows each time the lease is had after a time without it. Work that was begun in an earlier
  // term is to be begun anew: another may have done it meanwhile.
  std::uint64_t term() const noexcept { return term_; }

  // --- What the store said; for Leases ---

  // `asked` is the time before the question: the store's clock began to run later.
  void granted(LeaseClock::time_point asked, std::chrono::milliseconds life) noexcept;
  void refused() noexcept { until_ = {}; }
  void rename(std::string name) { name_ = std::move(name); }

 private:
  std::string name_;
  LeaseClock::time_point until_{};
  std::uint64_t term_ = 0;
};

}  // namespace waymark::tracker
