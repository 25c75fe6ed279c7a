// The rate over time that an open-loop run keeps, whatever the answers do: stages, each constant
// or a straight ramp. Arrivals (arrivals.hpp) makes moments of it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

struct Stage {
  double seconds = 0;
  double from = 0;  // requests a second at its begin
  double to = 0;    // and at its end
};

// `30s:1k,2m:1k..20k,10s:0`. Throws StartupError (exit 2) that names `what` and the stage.
std::vector<Stage> parse_stages(std::string_view what, std::string_view text);

class RatePlan {
 public:
  // At least one stage.
  explicit RatePlan(std::vector<Stage> stages);

  double seconds() const noexcept { return starts_.back().seconds; }
  double requests() const noexcept { return starts_.back().requests; }  // in all, not rounded
  double mean_rate() const { return requests() / seconds(); }

  // Requests a second at that moment; 0 behind the end.
  double rate_at(double seconds) const;
  // Requests due until that moment: the integral of the rate.
  double due_by(double seconds) const;

  const std::vector<Stage>& stages() const noexcept { return stages_; }

 private:
  friend class Arrivals;
  struct Start {
    double seconds = 0;
    double requests = 0;
  };
  std::size_t stage_at(double seconds) const;

  std::vector<Stage> stages_;
  std::vector<Start> starts_;  // one more than stages: the end
};

}  // namespace waymark::loadtest
