// All segments of one origin, and the hand-over points between the three who work on them: the
// writer takes prepared segments, the reader looks segments up by sequence, the keeper prepares,
// syncs and lets go. The lock is held for a few instructions at a time, and the request path takes
// it once per segment.
#pragma once

#include "common/error.hpp"
#include "common/ranges.hpp"
#include "redirect/journal/segment.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace waymark::redirect {

class OriginJournal : public std::enable_shared_from_this<OriginJournal> {
 public:
  // `sync_each`: every record is synced by the writer (journal.sync = 0).
  OriginJournal(std::string epoch, unsigned thread, bool sync_each);

  const std::string& epoch() const noexcept { return epoch_; }
  unsigned thread() const noexcept { return thread_; }
  std::string key() const;  // <epoch>/<thread>
  bool sync_each() const noexcept { return sync_each_; }

  // --- Writer ---

  // The next segment to write to; it counts as part of the journal from here on. Waits at most
  // `prepare_wait` for one that is being made. Fails as set_prepare_error() said.
  Result<std::shared_ptr<Segment>> take_prepared();
  static constexpr std::chrono::milliseconds prepare_wait{100};

  // --- Reader ---

  // The segment with the smallest last sequence at or after `sequence`, or null.
  std::shared_ptr<Segment> find(Sequence sequence) const;
  Sequence first() const;  // lowest number still in the journal, 0 when empty
  Sequence last() const;

  // --- Shipper: what may go ---

  void set_committed(SequenceSet committed);

  // --- Keeper ---

  void on_work(std::function<void()> call) { on_work_ = std::move(call); }  // before any writer
  bool wants_prepared() const;
  void put_prepared(std::shared_ptr<Segment> segment);
  void set_prepare_error(Errc error);
  std::vector<std::shared_ptr<Segment>> segments() const;
  // Sealed segments with nothing owed, oldest first.
  std::vector<std::shared_ptr<Segment>> committed_segments() const;
  void add(std::shared_ptr<Segment> segment);  // of an adopted folder
  void remove(const std::shared_ptr<Segment>& segment);
  // The same records in another file.
  void replace(const std::shared_ptr<Segment>& old, std::shared_ptr<Segment> with);

 private:
  const std::string epoch_;
  const unsigned thread_;
  const bool sync_each_;
  std::function<void()> on_work_;

  mutable std::mutex mutex_;
  std::condition_variable prepared_changed_;
  std::vector<std::shared_ptr<Segment>> segments_;  // in order of their records
  std::shared_ptr<Segment> prepared_;
  Errc prepare_error_{};  // zero while one is being made
  SequenceSet committed_;
};

}  // namespace waymark::redirect
