// What `click tail` has shown, so that it shows each click once. Clicks reach the store a little
// out of the order of their ids (several edges, threads and lines sent again), so the last seconds
// are read again and again and what was shown of them is remembered. Pure; click_commands.cpp asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

namespace waymark::cli {

class ShownClicks {
 public:
  // A click may be stored so much later than one with a newer id, and still be shown.
  static constexpr std::uint64_t window_ms = 10'000;
  // Ids remembered: when more than that are made in window_ms, it is shorter.
  static constexpr std::size_t ids_max = 1'000;

  // Nothing older than the id `floor` will be shown; empty: everything may be.
  explicit ShownClicks(std::string floor = {}) : floor_(std::move(floor)) {}

  // False when it has been shown or may have been.
  bool take(const std::string& id);

  // Clicks with greater ids are to be read; empty: all.
  std::string read_after() const;

 private:
  std::string floor_;
  std::set<std::string> ids_;
};

}  // namespace waymark::cli
