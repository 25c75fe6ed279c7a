// The commands of a connection that wait for their replies, in the order of sending. Pure: it is
// told the time and hands back handlers for the caller to run, so that none runs in the middle of a
// change.
#pragma once

#include "common/redis/reply.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

namespace waymark::redis {

class ReplyQueue {
 public:
  using Clock = std::chrono::steady_clock;
  using Handler = std::function<void(boost::system::error_code, Reply)>;

  void push(Handler handler, std::chrono::milliseconds deadline, Clock::time_point now);

  // Takes the oldest command, whose reply has come. The handler is empty when its deadline passed
  // before: the reply must be dropped. The queue must not be empty.
  Handler pop(Clock::time_point now);

  // Handlers whose deadline has passed. Their places stay until the replies come.
  std::vector<Handler> expire(Clock::time_point now);

  // Handlers of all that still wait, oldest first; the queue is empty afterwards.
  std::vector<Handler> take_all();

  // True when nothing has come for `stall_max` although something waits, and the oldest command
  // was not meant to wait longer than that.
  bool stalled(Clock::time_point now, std::chrono::milliseconds stall_max) const;

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    Handler handler;  // empty once expired
    Clock::time_point deadline;
  };
  std::deque<Entry> entries_;
  Clock::time_point progress_;       // last reply, or the push into the empty queue
  Clock::time_point next_deadline_;  // no entry is due before this
};

}  // namespace waymark::redis
