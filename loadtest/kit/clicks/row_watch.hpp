// Watches a share of the clicks into the store while the load runs: a thread that asks the API for
// slices of the newest rows (watch_board.hpp says which, watch_share.hpp how many).
#pragma once

#include "loadtest/kit/clicks/click_ledger.hpp"
#include "loadtest/kit/clicks/export_page.hpp"
#include "loadtest/kit/clicks/watch_board.hpp"
#include "loadtest/kit/clicks/watch_share.hpp"

#include <atomic>
#include <stop_token>
#include <thread>
#include <vector>

namespace waymark::loadtest {

class RowWatch {
 public:
  // All must outlive this. Starts at once; the ledgers' threads may start before or after.
  RowWatch(const ApiAccess& access, WatchShare& share, std::vector<ClickLedger*> ledgers);

  // Waits, at most until `end`, for what is still missing, and ends the thread.
  const WatchBoard& finish(SteadyTime end);

 private:
  void run(const std::stop_token& stop);
  void collect();
  void ask(const WatchBoard::Question& question);

  WatchShare& share_;
  const std::vector<ClickLedger*> ledgers_;
  ExportReader reader_;
  WatchBoard board_;
  std::atomic<bool> all_handed_over_ = false;
  std::atomic<bool> done_ = false;
  std::jthread thread_;  // last: uses the others
};

}  // namespace waymark::loadtest
