// How much of all origins of the process is sent and not committed (rule 3): one budget, adopted
// origins at most half of it. Any thread; a few bytes may be taken beyond it when threads collide.
#pragma once

#include "redirect/shipping/shipper.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace waymark::redirect {

class ShipWindow {
 public:
  explicit ShipWindow(std::uint64_t limit_bytes) noexcept : limit_(limit_bytes) {}

  std::uint64_t room(OriginKind kind) const noexcept {
    const std::uint64_t all = left(limit_, used());
    return kind == OriginKind::own ? all : std::min(all, left(limit_ / 2, adopted_.load()));
  }
  // An origin's part has changed.
  void change(OriginKind kind, std::uint64_t from, std::uint64_t to) noexcept {
    used_ += to - from;  // wraps around for less
    if (kind == OriginKind::adopted) adopted_ += to - from;
  }
  std::uint64_t used() const noexcept { return used_.load(); }

 private:
  static std::uint64_t left(std::uint64_t limit, std::uint64_t used) noexcept {
    return used < limit ? limit - used : 0;
  }

  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> adopted_{0};
};

}  // namespace waymark::redirect
