#include "tracker/store/worker.hpp"

#include <utility>

namespace waymark::tracker {

StoreWorker::StoreWorker(std::unique_ptr<Store> store)
    : store_(std::move(store)), thread_([this] { work(); }) {}

StoreWorker::~StoreWorker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  something_waits_.notify_one();
  thread_.join();
  for (auto& queue : waiting_) {
    for (auto& job : queue) job->refuse(Errc::store_unavailable);
  }
}

void StoreWorker::submit(Priority priority, std::unique_ptr<StoreJob> job) {
  {
    const std::lock_guard lock(mutex_);
    auto& queue = waiting_[static_cast<std::size_t>(priority)];
    if (queue.size() < waiting_max) queue.push_back(std::exchange(job, nullptr));
  }
  if (job) {
    job->refuse(Errc::store_busy);
  } else {
    something_waits_.notify_one();
  }
}

std::size_t StoreWorker::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_[0].size() + waiting_[1].size();
}

std::unique_ptr<StoreJob> StoreWorker::next() {
  std::unique_lock lock(mutex_);
  something_waits_.wait(lock,
                        [this] { return ending_ || !waiting_[0].empty() || !waiting_[1].empty(); });
  if (ending_) return nullptr;
  auto& queue = waiting_[0].empty() ? waiting_[1] : waiting_[0];
  auto job = std::move(queue.front());
  queue.pop_front();
  return job;
}

void StoreWorker::work() {
  while (auto job = next()) job->run(*store_);
}

}  // namespace waymark::tracker
