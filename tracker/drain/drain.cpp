#include "tracker/drain/drain.hpp"

#include <algorithm>
#include <utility>

namespace waymark::tracker {

Drain::Drain(DrainLimits limits)
    : limits_(limits),
      count_(limits.entries_min),
      redis_pause_(limits.pause_min),
      store_pause_(limits.pause_min) {}

std::vector<Do> Drain::step(const DrainEvent& event) {
  std::visit([this](const auto& e) { on(e); }, event);
  go_on();
  return std::exchange(actions_, {});
}

void Drain::on(Started) {
  preparing_ = true;
  act({.what = Do::What::prepare});
}

void Drain::on(Prepared) {
  preparing_ = false;
  grew_ = false;
  source_ = Source::pending;
  after_ = {};
}

void Drain::on(PrepareFailed) {
  act({.what = Do::What::pause_redis, .wait = redis_pause_});
  redis_pause_ = std::min(redis_pause_ * 2, limits_.pause_max);
}

void Drain::on(RedisPauseOver) {
  if (stopping_) {
    preparing_ = false;
  } else {
    act({.what = Do::What::prepare});
  }
}

void Drain::on(const Read& read) {
  reading_ = false;
  redis_pause_ = limits_.pause_min;
  // What comes while we stop stays pending: it is read again at the next start.
  if (stopping_) return;
  if (read.entries == 0) {
    source_ = Source::fresh;
    return;
  }
  after_ = read.last;
  count_ = next_count(read);
  if (storing_) {
    held_ = true;
  } else {
    storing_ = true;
    act({.what = Do::What::store});
  }
}

void Drain::on(ReadFailed) {
  reading_ = false;
  count_ = limits_.entries_min;  // it may have been too much for a connection
  broken_ = true;
}

void Drain::on(Stored) {
  store_pause_ = limits_.pause_min;
  ++acknowledging_;
  act({.what = Do::What::acknowledge});
  storing_ = std::exchange(held_, false);
  if (storing_) act({.what = Do::What::store});
}

void Drain::on(StoreFailed) {
  act({.what = Do::What::pause_store, .wait = store_pause_});
  store_pause_ = std::min(store_pause_ * 2, limits_.pause_max);
}

void Drain::on(StorePauseOver) {
  if (stopping_) {
    storing_ = held_ = false;  // both stay pending
  } else {
    act({.what = Do::What::store_again});
  }
}

void Drain::on(Acknowledged) {
  --acknowledging_;
}

void Drain::on(AcknowledgeFailed) {
  --acknowledging_;
  broken_ = true;
}

void Drain::on(PendingGrew) {
  grew_ = true;
}

void Drain::on(StopAsked) {
  stopping_ = true;
}

// What the state asks for, whatever led to it.
void Drain::go_on() {
  if (finished_) return;
  if (stopping_) {
    if (quiet()) {
      finished_ = true;
      act({.what = Do::What::finish});
    }
    return;
  }
  if (broken_) {
    if (!quiet()) return;
    broken_ = false;
    source_ = Source::none;
    preparing_ = true;
    act({.what = Do::What::pause_redis, .wait = redis_pause_});
    redis_pause_ = std::min(redis_pause_ * 2, limits_.pause_max);
    return;
  }
  if (grew_ && source_ != Source::none) {
    // What is in hand is pending, too: it would be read once more.
    if (!quiet()) return;
    grew_ = false;
    source_ = Source::pending;
    after_ = {};
  }
  if (source_ == Source::none || reading_ || held_) return;
  reading_ = true;
  const bool pending = source_ == Source::pending;
  act({.what = pending ? Do::What::read_pending : Do::What::read_new,
       .count = count_,
       .after = pending ? after_ : StreamId{}});
}

bool Drain::quiet() const noexcept {
  return !preparing_ && !reading_ && !held_ && !storing_ && acknowledging_ == 0;
}

// As many entries as fill a batch, by the size of the last ones.
std::size_t Drain::next_count(const Read& read) const noexcept {
  const std::size_t entry_bytes = std::max<std::size_t>(read.bytes / read.entries, 1);
  return std::clamp(limits_.batch_bytes / entry_bytes, limits_.entries_min, limits_.entries_max);
}

}  // namespace waymark::tracker
