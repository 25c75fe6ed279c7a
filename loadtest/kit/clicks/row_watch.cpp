#include "loadtest/kit/clicks/row_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Ledgers are looked at this often: what a click has waited by then counts.
constexpr auto look_every = 2ms;
// A tracker that was killed or stopped must not hold up the others' turns for long.
constexpr auto ask_deadline = 1'000ms;
constexpr auto pause_after_failure = 100ms;
// Rows of others, among those of a slice.
constexpr std::size_t rows_spare = 16;
constexpr int pages_max = 8;

}  // namespace

RowWatch::RowWatch(const ApiAccess& access, WatchShare& share, std::vector<ClickLedger*> ledgers)
    : share_(share),
      ledgers_(std::move(ledgers)),
      reader_(access),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

const WatchBoard& RowWatch::finish(SteadyTime end) {
  all_handed_over_ = true;
  while (!done_ && Clock::now() < end) std::this_thread::sleep_for(look_every);
  thread_.request_stop();
  thread_.join();
  return board_;
}

void RowWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool last_look = all_handed_over_;
    collect();
    if (const auto question = board_.next(Clock::now())) {
      ask(*question);
      continue;
    }
    if (last_look && board_.waiting() == 0) break;
    const auto look = Clock::now() + look_every;
    std::this_thread::sleep_until(std::min(look, board_.due().value_or(look)));
  }
  done_ = true;
}

void RowWatch::collect() {
  for (auto* ledger : ledgers_) board_.add(ledger->take_watched());
  if (const auto clicks = board_.finished_slice()) share_.adapt(*clicks);
}

void RowWatch::ask(const WatchBoard::Question& question) {
  std::vector<Uuid> found;
  Uuid after = before(question.first);
  for (int page_number = 0; page_number < pages_max; ++page_number) {
    const auto limit = std::min(question.clicks + rows_spare, export_rows_max);
    const auto page = reader_.read(after, limit, ask_deadline);
    if (!page) {
      board_.unanswered(question, Clock::now());
      std::this_thread::sleep_for(pause_after_failure);
      return;
    }
    found.insert(found.end(), page->ids.begin(), page->ids.end());
    if (!page->after || *page->after >= question.last) break;
    after = *page->after;
  }
  board_.answer(question, found, Clock::now());
}

}  // namespace waymark::loadtest
