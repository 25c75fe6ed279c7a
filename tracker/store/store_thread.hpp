// The store seen from an io_context: closures run on the store's threads, results come back as
// awaitables on the caller's executor.
//
//   Result<LinkRow> row = co_await store.run(Priority::api, [&](Store& s) { return s.link(id); });
//
// One thread writes, the API's work before the drain's; a second thread with a read-only Store of
// its own serves read(), so that a long query never holds up a commit. Of a store that several
// trackers share a third keeps the leases, so that a long commit costs none, and a fourth folds, so
// that the next batch does not wait for it. Closures return Result<T>.
#pragma once

#include "common/error.hpp"
#include "tracker/store/store.hpp"
#include "tracker/store/worker.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace waymark::tracker {

class StoreThread {
 public:
  // Opens the store once for each thread, writer first. Throws what open_store throws.
  explicit StoreThread(std::string_view url)
      : writer_(open_store(url, StoreAccess::write)), reader_(open_store(url, StoreAccess::read)) {
    if (!is_shared(url)) return;
    leases_.emplace(open_store(url, StoreAccess::write));
    folding_.emplace(open_store(url, StoreAccess::write));
  }

  // Finishes what runs, drops what waits (its coroutines end with store_unavailable).
  ~StoreThread() = default;

  // On the writing thread. Fails with store_busy when the queue of that priority is full. What the
  // closure refers to must live until the result is there, also when the caller is destroyed.
  template <class Work>
  auto run(Priority priority, Work work) {
    return on(writer_, priority, std::move(work));
  }
  // On the reading thread; sees everything committed before the call.
  template <class Work>
  auto read(Work work) {
    return on(reader_, Priority::api, std::move(work));
  }

  // For leases alone, beside whatever the writing thread does.
  template <class Work>
  auto lease(Work work) {
    return on(leases_ ? *leases_ : writer_, Priority::api, std::move(work));
  }

  // For Store::fold alone, beside batches where the store lets several write.
  template <class Work>
  auto fold(Work work) {
    return on(folding_ ? *folding_ : writer_, Priority::drain, std::move(work));
  }

  std::size_t waiting() const { return writer_.waiting() + reader_.waiting(); }

 private:
  template <class Work>
  static boost::asio::awaitable<std::invoke_result_t<Work&, Store&>> on(StoreWorker& worker,
                                                                        Priority priority,
                                                                        Work work) {
    using Value = std::invoke_result_t<Work&, Store&>;
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                                   void(Value)>(
        [&worker, priority](auto handler, Work w) {
          auto executor = boost::asio::get_associated_executor(handler);
          worker.submit(priority, make_job<Value>(executor, std::move(handler), std::move(w)));
        },
        boost::asio::use_awaitable, std::move(work));
  }

  // Runs the work and carries its value back to the executor of whoever waits.
  template <class Value, class Executor, class Handler, class Work>
  static std::unique_ptr<StoreJob> make_job(Executor executor, Handler handler, Work work) {
    class Job final : public StoreJob {
     public:
      Job(Executor e, Handler h, Work w)
          : guard_(std::move(e)), handler_(std::move(h)), work_(std::move(w)) {}
      void run(Store& store) override { finish(work_(store)); }
      void refuse(Errc reason) override { finish(Value{reason}); }

     private:
      void finish(Value value) {
        boost::asio::post(guard_.get_executor(),
                          [h = std::move(handler_), v = std::move(value)]() mutable {
                            std::move(h)(std::move(v));
                          });
      }
      boost::asio::executor_work_guard<Executor> guard_;
      Handler handler_;
      Work work_;
    };
    return std::make_unique<Job>(std::move(executor), std::move(handler), std::move(work));
  }

  StoreWorker writer_;
  StoreWorker reader_;
  std::optional<StoreWorker> leases_;
  std::optional<StoreWorker> folding_;
};

}  // namespace waymark::tracker
