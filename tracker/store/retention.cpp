#include "tracker/store/retention.hpp"

namespace waymark::tracker {

boost::asio::awaitable<void> Retention::forget_old_clicks(std::uint64_t now_ms) {
  const auto keep_ms = static_cast<std::uint64_t>(keep_.count());
  if (keep_ms == 0 || keep_ms >= now_ms) co_return;
  std::uint64_t went = 0;
  while (!stopping_) {
    // Batches go in between: a slice waits its turn like one.
    std::string failure;
    const auto slice = co_await store_.run(
        Priority::drain, [&failure, before_ms = now_ms - keep_ms](Store& store) {
          auto done = store.forget_clicks(before_ms, slice_clicks);
          if (!done) failure = store.failure();
          return done;
        });
    if (!slice) {
      log_.warning("clicks.not_forgotten", "old clicks stay for now",
                   {{"error", slice.error().message()}, {"cause", failure}});
      break;
    }
    if (*slice == 0) break;
    went += *slice;
    forgotten_ += *slice;
  }
  if (went > 0) log_.info("clicks.forgotten", "clicks past clicks.keep", {{"count", went}});
}

}  // namespace waymark::tracker
