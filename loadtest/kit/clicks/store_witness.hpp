// Reconciles with the rows of the store: a share of them watched while the load runs, all read
// after it.
#pragma once

#include "loadtest/kit/clicks/api_connection.hpp"
#include "loadtest/kit/clicks/click_witness.hpp"
#include "loadtest/kit/clicks/row_watch.hpp"
#include "loadtest/kit/clicks/watch_share.hpp"

#include <optional>

namespace waymark::loadtest {

class StoreWitness : public ClickWitness {
 public:
  // `access` must outlive this. `click_rate`: answers a second that are expected, 0 when unknown.
  // Asks the API once: throws StartupError when it does not answer.
  StoreWitness(const ApiAccess& access, double click_rate);

  std::string_view name() const noexcept override { return "store"; }
  const WatchShare* share() const noexcept override { return &share_; }
  void start(std::vector<ClickLedger*> ledgers) override;
  Testimony testify(ClickTally& tally, std::chrono::milliseconds settle,
                    const Progress& progress) override;

 private:
  const ApiAccess& access_;
  WatchShare share_;
  std::optional<RowWatch> watch_;
};

}  // namespace waymark::loadtest
