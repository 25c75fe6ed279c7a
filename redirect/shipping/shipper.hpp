// What one origin ships, and when: rules 3 to 7 of shipping as a step function. It is told what
// happened and says what to send next; it does no I/O and reads no clock. The shell is
// shipping_loop.hpp.
//
// Every number of the origin is in exactly one of these states:
//
//   waiting --> in flight --> sent (has an entry id) --> committed
//      ^            |          |
//      +--- again <-+----------+   error, nil, new incarnation, trimmed, new generation
#pragma once

#include "common/ranges.hpp"
#include "redirect/shipping/reading.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

struct ShipperRules {
  std::size_t batch_bytes = 64 * 1024;  // of an entry, entry_overhead_bytes included
  // An origin that is this far behind ships a backlog. Its entries are small: visitors wait for the
  // one that is being made, and Redis' time matters less to them.
  std::uint64_t behind_bytes = 1024 * 1024;
  std::size_t behind_batch_bytes = 16 * 1024;
  std::chrono::milliseconds linger{5};
  std::size_t in_flight_max = 16;  // entries without an answer
  std::chrono::milliseconds backoff_min{50};
  std::chrono::milliseconds backoff_max{2'000};
};

// An own origin grows; an adopted one is finished once all it has is committed.
enum class OriginKind { own, adopted };

class Shipper {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // What an entry costs beyond its lines: counted in the window, and a bound for the list of what
  // was sent. Taken off a full batch, so that Redis' allocator finds it a place of that size, not
  // of the next one.
  static constexpr std::uint64_t entry_overhead_bytes = 512;

  // `journal` is what lies in the journal at the start; 1-0 when nothing does.
  Shipper(ShipperRules rules, OriginKind kind, SequenceRange journal);

  // --- What happened ---

  // The journal ends with number `last`; its lines have `bytes` altogether.
  void appended(Sequence last, std::uint64_t bytes) noexcept;
  // The lowest number still in the journal.
  void let_go_before(Sequence first) noexcept { journal_first_ = first; }
  void connected(std::string_view run_id);
  void disconnected() noexcept { stream_ready_ = false; }
  void read(const Reading& reading);
  // The shell has passed an order, or the first part of it, to Redis.
  void sending(SequenceRange range, std::uint64_t bytes, bool lost, Time now);
  void sent(SequenceRange range, StreamId id);
  // An error reply, a timeout or a lost connection. `jitter` is random in [0, 1).
  void failed(SequenceRange range, Time now, double jitter);
  // XADD NOMKSTREAM answered nil.
  void stream_missing(SequenceRange range);
  void end_sent() noexcept { end_sent_ = true; }
  // From now on partly filled batches leave at once.
  void hurry() noexcept { rules_.linger = std::chrono::milliseconds{0}; }

  // --- What to do ---

  struct Order {
    enum class Kind { wait, send, end };
    Kind kind = Kind::wait;
    SequenceRange range;  // send: some first part of it, of at most bytes_max bytes
    std::size_t bytes_max = 0;
    Time until = Time::max();                       // wait: unless something happens before
    std::uint64_t until_bytes = ~std::uint64_t{0};  // wait: or so many bytes are appended
    friend bool operator==(const Order&, const Order&) = default;
  };
  // `room` is what the window of the process still takes.
  Order next(Time now, std::uint64_t room) const;

  // --- What is known ---

  const SequenceSet& committed() const noexcept { return committed_; }
  // The store's generation that committed() is of; empty before the first reading of one.
  const std::string& generation() const noexcept { return generation_; }
  // In the store: committed() covers also what was announced as lost.
  std::uint64_t stored() const noexcept;
  // Neither in the store nor known to be lost. Last number = stored + owed + counts().lost, once
  // the figures of an origin begin at 1.
  std::uint64_t owed() const noexcept;
  // Sent and not committed, with overheads: this origin's part of the window.
  std::uint64_t window_bytes() const noexcept { return window_bytes_; }
  // Nothing waits and nothing is in flight; it need not be committed.
  bool all_sent() const noexcept;
  bool finished() const noexcept;
  bool stream_ready() const noexcept { return stream_ready_; }

  struct Counts {
    std::uint64_t lines = 0;  // sent, again included
    std::uint64_t lines_again = 0;
    std::uint64_t entries = 0;
    std::uint64_t lost = 0;  // numbers that cannot be read, each once
    std::uint64_t errors = 0;
    std::uint64_t alarms = 0;  // figures beyond what was sent
    Counts& operator+=(const Counts& other) noexcept;
  };
  const Counts& counts() const noexcept { return counts_; }

 private:
  struct Entry {
    SequenceRange range;
    std::uint64_t bytes = 0;
    StreamId id;
  };

  Sequence lowest_owed() const noexcept { return figure_seen_ ? 1 : journal_first_; }
  std::uint64_t full_bytes() const noexcept { return rules_.batch_bytes - entry_overhead_bytes; }
  std::uint64_t waiting_bytes() const noexcept { return appended_bytes_ - tail_bytes_; }
  std::uint64_t entry_bytes() const noexcept;
  bool settled() const noexcept;
  void take_in_flight(SequenceRange range, Entry& entry);
  void again(SequenceRange range);
  void send_all_again();
  void queue_owed();
  void new_generation(const std::string& generation);
  void take_figure(const Figure& figure);
  void settle(const Reading& reading);

  ShipperRules rules_;
  const OriginKind kind_;
  Sequence journal_first_;
  Sequence appended_;  // last number in the journal
  Sequence next_;      // first that was never handed out by next()
  std::uint64_t appended_bytes_ = 0;
  std::uint64_t tail_bytes_ = 0;  // of appended_bytes_, what was handed out
  SequenceSet again_;             // to be sent again; below next_
  std::vector<Entry> in_flight_;
  std::deque<Entry> sent_;
  SequenceSet committed_;
  SequenceSet lost_;  // could not be read when they were sent last
  std::uint64_t window_bytes_ = 0;

  std::string run_id_, word_, generation_;
  bool stream_ready_ = false;  // the stream exists, and this incarnation of it is known
  bool figure_seen_ = false;   // in this generation
  bool started_ = false;       // the first reading was taken
  bool end_sent_ = false;
  int failures_ = 0;
  Time paused_until_ = Time::min();
  Time last_tail_ = Time::min();
  Counts counts_;
};

}  // namespace waymark::redirect
