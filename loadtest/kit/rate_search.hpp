// The search for the highest rate that a server bears: doubles until a rate fails, then halves the
// interval. Pure: told what came of each try, it names the next.
#pragma once

namespace waymark::loadtest {

class RateSearch {
 public:
  static constexpr double precision = 0.05;  // of the rate that is found
  static constexpr int tries_max = 40;

  // `first` > 0: where the search begins.
  explicit RateSearch(double first) : next_(first) {}

  bool over() const noexcept { return over_; }
  double next() const noexcept { return next_; }  // the rate to try; not when over()
  void tried(bool passed);
  // The highest rate that passed; 0: none did.
  double best() const noexcept { return best_; }

 private:
  double next_;
  double best_ = 0;
  double failed_ = 0;  // the lowest that failed; 0: none did
  int tries_ = 0;
  bool over_ = false;
};

}  // namespace waymark::loadtest
