// A thread that owns a Store and works off two bounded queues, the API's first. Not for direct use:
// StoreThread wraps it in awaitables.
#pragma once

#include "common/error.hpp"
#include "tracker/store/store.hpp"

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace waymark::tracker {

enum class Priority : std::size_t { api, drain };

class StoreJob {
 public:
  virtual ~StoreJob() = default;
  virtual void run(Store& store) = 0;    // on the worker's thread
  virtual void refuse(Errc reason) = 0;  // any thread
};

class StoreWorker {
 public:
  static constexpr std::size_t waiting_max = 1'024;  // jobs of each priority

  explicit StoreWorker(std::unique_ptr<Store> store);
  // Ends after the job that runs; refuses the rest with store_unavailable.
  ~StoreWorker();
  StoreWorker(const StoreWorker&) = delete;
  StoreWorker& operator=(const StoreWorker&) = delete;

  // Any thread. Refuses the job with store_busy when waiting_max are waiting.
  void submit(Priority priority, std::unique_ptr<StoreJob> job);
  std::size_t waiting() const;

 private:
  void work();
  std::unique_ptr<StoreJob> next();  // null: the end

  std::unique_ptr<Store> store_;
  mutable std::mutex mutex_;
  std::condition_variable something_waits_;
  std::array<std::deque<std::unique_ptr<StoreJob>>, 2> waiting_;
  bool ending_ = false;
  std::thread thread_;  // last: starts when all above is there
};

}  // namespace waymark::tracker
