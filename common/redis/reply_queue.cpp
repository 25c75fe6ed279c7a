#include "common/redis/reply_queue.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redis {

void ReplyQueue::push(Handler handler, std::chrono::milliseconds deadline, Clock::time_point now) {
  // A day stands for ever, and keeps the sum from overflowing.
  const auto due = now + std::min<std::chrono::milliseconds>(deadline, std::chrono::hours{24});
  if (entries_.empty()) {
    progress_ = now;
    next_deadline_ = due;
  }
  next_deadline_ = std::min(next_deadline_, due);
  entries_.push_back({std::move(handler), due});
}

ReplyQueue::Handler ReplyQueue::pop(Clock::time_point now) {
  Handler handler = std::move(entries_.front().handler);
  entries_.pop_front();
  progress_ = now;
  return handler;
}

std::vector<ReplyQueue::Handler> ReplyQueue::expire(Clock::time_point now) {
  std::vector<Handler> expired;
  if (entries_.empty() || now < next_deadline_) return expired;
  next_deadline_ = Clock::time_point::max();
  for (Entry& entry : entries_) {
    if (!entry.handler) continue;
    if (entry.deadline <= now) {
      expired.push_back(std::exchange(entry.handler, nullptr));
    } else {
      next_deadline_ = std::min(next_deadline_, entry.deadline);
    }
  }
  return expired;
}

std::vector<ReplyQueue::Handler> ReplyQueue::take_all() {
  std::vector<Handler> handlers;
  for (Entry& entry : entries_) {
    if (entry.handler) handlers.push_back(std::move(entry.handler));
  }
  entries_.clear();
  return handlers;
}

bool ReplyQueue::stalled(Clock::time_point now, std::chrono::milliseconds stall_max) const {
  if (entries_.empty()) return false;
  return now - progress_ >= stall_max && now >= entries_.front().deadline;
}

}  // namespace waymark::redis
