// Everything slow about the journal, on two threads of its own: one prepares segments ahead and
// lets old ones go (journal.max_bytes, journal.keep), one syncs (journal.sync) and rescues segments
// whose disk failed. The request threads meet it through OriginJournal only.
#pragma once

#include "common/log.hpp"
#include "redirect/journal/adoption.hpp"
#include "redirect/journal/epoch_folder.hpp"
#include "redirect/journal/options.hpp"
#include "redirect/journal/origin_journal.hpp"
#include "redirect/journal/pace.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace waymark::redirect {

class JournalKeeper {
 public:
  // Makes an origin for each of `threads`, with its first segment. Throws StartupError when there
  // is no room for them. `log` outlives this.
  JournalKeeper(JournalOptions options, EpochFolder folder, unsigned threads, Log& log);
  // Like stop(), then syncs once more. The writers must be gone.
  ~JournalKeeper();
  JournalKeeper(const JournalKeeper&) = delete;
  JournalKeeper& operator=(const JournalKeeper&) = delete;

  const EpochFolder& folder() const noexcept { return folder_; }
  const std::shared_ptr<OriginJournal>& origin(unsigned thread) const { return own_[thread]; }

  // Takes charge of an adopted folder and syncs it, which may take long. When its last segment has
  // gone it is disposed of and `on_emptied` is called, on a thread of the keeper. Any thread.
  void add(std::shared_ptr<AdoptedEpoch> epoch, std::function<void()> on_emptied);

  // Ends the threads; no on_emptied is called any more.
  void stop();

  std::uint64_t disk_bytes() const noexcept { return disk_bytes_.load(); }
  std::uint64_t sync_errors() const noexcept { return sync_errors_.load(); }

 private:
  struct Adopted {
    std::shared_ptr<AdoptedEpoch> epoch;
    std::function<void()> on_emptied;
  };
  // Something that may be removed, and whose list it stands in.
  struct Candidate {
    std::shared_ptr<OriginJournal> origin;
    std::shared_ptr<Segment> segment;
  };

  void run(std::chrono::milliseconds interval, bool* work, void (JournalKeeper::*turn)());
  void prepare_turn();
  void prepare_wanted();
  void sync_turn();

  Errc prepare(OriginJournal& origin, Pace pace);
  std::optional<Candidate> oldest_committed() const;
  bool remove(const Candidate& candidate);
  void let_go_expired();
  void drop_emptied();
  void sync_adopted(Segment& segment);
  void sync_segment(OriginJournal& origin, const std::shared_ptr<Segment>& segment);
  void rescue(OriginJournal& origin, const std::shared_ptr<Segment>& segment);
  SegmentName next_name(unsigned thread) noexcept;
  std::vector<std::shared_ptr<OriginJournal>> all_origins() const;

  const JournalOptions options_;
  const Pace pace_;
  EpochFolder folder_;
  Log& log_;
  std::vector<std::shared_ptr<OriginJournal>> own_;
  std::atomic<std::uint64_t> next_id_{1};
  std::atomic<std::uint64_t> disk_bytes_{0};
  std::atomic<std::uint64_t> sync_errors_{0};
  Errc last_prepare_error_{};
  // Since when each was seen to be committed, and has been ever since. The preparing thread only.
  std::map<std::shared_ptr<Segment>, std::chrono::steady_clock::time_point> committed_since_;

  mutable std::mutex mutex_;  // the following
  std::condition_variable changed_;
  bool stop_ = false;
  bool prepare_work_ = false;
  bool sync_work_ = false;
  std::vector<Adopted> adopted_;

  std::thread preparing_;
  std::thread syncing_;
};

}  // namespace waymark::redirect
