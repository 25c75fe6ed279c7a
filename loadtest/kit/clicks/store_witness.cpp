#include "loadtest/kit/clicks/store_witness.hpp"

#include "common/error.hpp"
#include "loadtest/kit/clicks/export_page.hpp"
#include "loadtest/kit/clicks/store_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto first_question_deadline = 5'000ms;

}  // namespace

StoreWitness::StoreWitness(const ApiAccess& access, double click_rate)
    : access_(access), share_(click_rate) {
  // A wrong key or address is better known before the load than after it.
  const auto page = ExportReader{access}.read(Uuid{}, 1, first_question_deadline);
  if (!page) {
    throw StartupError(exit_code::unavailable,
                       fmt::format("--api: the store cannot be read: {}", page.error()));
  }
}

void StoreWitness::start(std::vector<ClickLedger*> ledgers) {
  watch_.emplace(access_, share_, std::move(ledgers));
}

Testimony StoreWitness::testify(ClickTally& tally, std::chrono::milliseconds settle,
                                const Progress& progress) {
  const auto end = Clock::now() + settle;
  const auto reading = read_store(tally, access_, settle, progress);
  const auto& board = watch_->finish(std::max(end, Clock::now() + 1s));
  Testimony testimony;
  // Both know of the clicks that came after the end; the board of watched ones alone, too.
  testimony.late = std::max(reading.found_later, board.late());
  testimony.latency = board.latency();
  testimony.latency_source = fmt::format(
      "{} of the clicks, from their answer until the export first showed the row: an "
      "upper bound, 5 ms or 6 % too high at most",
      board.latency().count());
  if (!reading.problem.empty()) {
    testimony.problem = "the store was not read to the end: " + reading.problem;
  }
  return testimony;
}

}  // namespace waymark::loadtest
