#include "redirect/journal/keeper.hpp"

#include "redirect/journal/segment_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark::redirect {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds prepare_interval{1'000};

}  // namespace

JournalKeeper::JournalKeeper(JournalOptions options, EpochFolder folder, unsigned threads, Log& log)
    : options_(std::move(options)), pace_(threads), folder_(std::move(folder)), log_(log) {
  for (unsigned thread = 0; thread < threads; ++thread) {
    auto origin = std::make_shared<OriginJournal>(epoch_text(folder_.epoch()), thread,
                                                  options_.sync == milliseconds{0});
    own_.push_back(origin);
    if (prepare(*origin, Pace{}) != Errc{}) {
      folder_.remove();
      throw StartupError{
          exit_code::config,
          fmt::format("journal.dir: no room for {} segments of {} bytes in {} within "
                      "journal.max_bytes = {}; free some space or lower journal.segment_bytes",
                      threads, options_.segment_bytes.value, options_.dir.string(),
                      options_.max_bytes.value)};
    }
    origin->on_work([this] {
      const std::lock_guard lock{mutex_};
      prepare_work_ = true;
      changed_.notify_all();
    });
  }
  const milliseconds sync_interval =
      options_.sync == milliseconds{0} ? milliseconds{1'000} : options_.sync;
  preparing_ =
      std::thread{[this] { run(prepare_interval, &prepare_work_, &JournalKeeper::prepare_turn); }};
  syncing_ = std::thread{
      [this, sync_interval] { run(sync_interval, &sync_work_, &JournalKeeper::sync_turn); }};
}

JournalKeeper::~JournalKeeper() {
  stop();
  sync_turn();
}

void JournalKeeper::stop() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
    changed_.notify_all();
  }
  if (preparing_.joinable()) preparing_.join();
  if (syncing_.joinable()) syncing_.join();
}

void JournalKeeper::add(std::shared_ptr<AdoptedEpoch> epoch, std::function<void()> on_emptied) {
  {
    const std::lock_guard lock{mutex_};
    adopted_.push_back({epoch, std::move(on_emptied)});
  }
  // Its process may have died before it could. On this thread: our own clicks must not wait.
  for (const auto& origin : epoch->origins) {
    for (const auto& segment : origin->segments()) sync_adopted(*segment);
  }
}

void JournalKeeper::run(milliseconds interval, bool* work, void (JournalKeeper::*turn)()) {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    changed_.wait_for(lock, interval, [&] { return stop_ || *work; });
    if (stop_) return;
    *work = false;
    lock.unlock();
    (this->*turn)();
    lock.lock();
  }
}

// --- Preparing and letting go ---

void JournalKeeper::prepare_turn() {
  prepare_wanted();
  let_go_expired();
  drop_emptied();
  disk_bytes_ = redirect::disk_bytes(options_.dir);
}

void JournalKeeper::prepare_wanted() {
  for (const auto& origin : own_) {
    if (!origin->wants_prepared()) continue;
    const Errc error = prepare(*origin, pace_);
    if (error != Errc{} && error != last_prepare_error_) {
      log_.error("journal.no_segment", "no new journal segment; clicks will be dropped",
                 {{"folder", options_.dir.string()}, {"reason", make_error_code(error).message()}});
    }
    last_prepare_error_ = error;
  }
}

Errc JournalKeeper::prepare(OriginJournal& origin, Pace pace) {
  const std::size_t bytes = options_.segment_bytes.value;
  std::uint64_t used = redirect::disk_bytes(options_.dir);
  std::optional<std::filesystem::path> recycled;
  while (!recycled && used + bytes > options_.max_bytes) {
    const auto oldest = oldest_committed();
    if (!oldest) {
      origin.set_prepare_error(Errc::journal_full);
      return Errc::journal_full;
    }
    const bool reusable = oldest->segment->bytes() == bytes && !oldest->segment->in_use();
    used -= std::min<std::uint64_t>(used, oldest->segment->bytes());
    if (reusable) {
      oldest->origin->remove(oldest->segment);
      recycled = oldest->segment->file();
    } else {
      remove(*oldest);
    }
  }
  auto made = make_segment(folder_, next_name(origin.thread()), bytes, recycled, pace);
  if (!made && made.error() == Errc::journal_full) {
    // The disk is fuller than our budget.
    if (const auto oldest = oldest_committed(); oldest && remove(*oldest)) {
      made = make_segment(folder_, next_name(origin.thread()), bytes, std::nullopt, pace);
    }
  }
  if (!made) {
    const auto error = static_cast<Errc>(made.error().value());
    origin.set_prepare_error(error);
    return error;
  }
  origin.put_prepared(std::move(*made));
  return Errc{};
}

SegmentName JournalKeeper::next_name(unsigned thread) noexcept {
  return {.epoch = folder_.epoch(), .thread = thread, .id = next_id_.fetch_add(1)};
}

std::vector<std::shared_ptr<OriginJournal>> JournalKeeper::all_origins() const {
  auto origins = own_;
  const std::lock_guard lock{mutex_};
  for (const Adopted& adopted : adopted_) {
    const auto& more = adopted.epoch->origins;
    origins.insert(origins.end(), more.begin(), more.end());
  }
  return origins;
}

std::optional<JournalKeeper::Candidate> JournalKeeper::oldest_committed() const {
  std::optional<Candidate> oldest;
  for (const auto& origin : all_origins()) {
    for (const auto& segment : origin->committed_segments()) {
      if (!oldest || segment->last_ms() < oldest->segment->last_ms()) {
        oldest = Candidate{origin, segment};
      }
    }
  }
  return oldest;
}

bool JournalKeeper::remove(const Candidate& candidate) {
  candidate.origin->remove(candidate.segment);
  return remove_segment(candidate.segment->file(), pace_).has_value();
}

// journal.keep counts from the commit, as far as it was seen: a click may have waited for days, and
// what is owed again to a restored store was not committed before.
void JournalKeeper::let_go_expired() {
  const auto now = std::chrono::steady_clock::now();
  decltype(committed_since_) committed_since;
  for (const auto& origin : all_origins()) {
    for (const auto& segment : origin->committed_segments()) {
      const auto known = committed_since_.find(segment);
      const auto since = known == committed_since_.end() ? now : known->second;
      if (since + options_.keep <= now) {
        remove({origin, segment});
        // Many may go at once, at the pace's leisure; clicks do not wait for that.
        prepare_wanted();
      } else {
        committed_since.emplace(segment, since);
      }
    }
  }
  committed_since_.swap(committed_since);
}

void JournalKeeper::drop_emptied() {
  std::vector<Adopted> emptied;
  {
    const std::lock_guard lock{mutex_};
    const auto done =
        std::stable_partition(adopted_.begin(), adopted_.end(), [](const Adopted& adopted) {
          const auto& origins = adopted.epoch->origins;
          return std::any_of(origins.begin(), origins.end(),
                             [](const auto& origin) { return !origin->segments().empty(); });
        });
    std::move(done, adopted_.end(), std::back_inserter(emptied));
    adopted_.erase(done, adopted_.end());
  }
  for (Adopted& adopted : emptied) {
    adopted.epoch->dispose();
    if (adopted.epoch->unreadable_files > 0) {
      log_.error("journal.put_aside",
                 "files of an ended process cannot be read; they stay in <folder>.damaged",
                 {{"folder", adopted.epoch->folder.path().string()},
                  {"files", adopted.epoch->unreadable_files}});
    }
    adopted.on_emptied();
  }
}

// --- Syncing ---

void JournalKeeper::sync_turn() {
  for (const auto& origin : own_) {
    for (const auto& segment : origin->segments()) sync_segment(*origin, segment);
  }
}

// A failure is only told: the clicks are on their way to the store.
void JournalKeeper::sync_adopted(Segment& segment) {
  if (sync_file(segment.file(), pace_)) return segment.set_synced(segment.end());
  ++sync_errors_;
  log_.error("journal.sync_failed", "the disk refused the journal of a process that has ended",
             {{"file", segment.file().string()}});
}

void JournalKeeper::sync_segment(OriginJournal& origin, const std::shared_ptr<Segment>& segment) {
  const bool sealed = segment->sealed();  // before `end`: nothing is added after it
  const std::size_t end = segment->end();
  if (!segment->failed() && segment->synced() != end) {
    const auto mapping = segment->pin();
    if (mapping && (*mapping)->sync(segment->synced(), end, pace_)) {
      segment->set_synced(end);
    } else {
      segment->fail();
    }
    if (segment->failed()) {
      ++sync_errors_;
      log_.error("journal.sync_failed", "the disk refused the journal; moving to another segment",
                 {{"file", segment->file().string()}});
    }
  }
  if (!sealed) return;
  if (segment->failed()) {
    rescue(origin, segment);
  } else {
    segment->unpin(pace_);
  }
}

void JournalKeeper::rescue(OriginJournal& origin, const std::shared_ptr<Segment>& segment) {
  if (segment->first() == 0) {
    remove({origin.shared_from_this(), segment});
    return;
  }
  auto made = rescue_segment(folder_, next_name(origin.thread()), *segment);
  if (!made) {
    log_.error("journal.not_rescued", "clicks that could not be synced are in memory only",
               {{"file", segment->file().string()}, {"reason", made.error().message()}});
    return;  // again at the next turn
  }
  (*made)->set_synced((*made)->end());
  origin.replace(segment, std::move(*made));
  ::unlink(segment->file().c_str());
  log_.warning("journal.rescued", "clicks that could not be synced were written again",
               {{"file", segment->file().string()}});
}

}  // namespace waymark::redirect
