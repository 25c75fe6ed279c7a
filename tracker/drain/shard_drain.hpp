// The shell of Drain for one shard: a connection of its own that waits for entries, and the shared
// one for everything that must not wait behind it.
//
// Everything runs on the tracker's io_context.
#pragma once

#include "common/log.hpp"
#include "common/redis/client.hpp"
#include "tracker/drain/drain.hpp"
#include "tracker/drain/entry_reader.hpp"
#include "tracker/drain/options.hpp"
#include "tracker/drain/stats.hpp"
#include "tracker/leases/leases.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace waymark::tracker {

// What the parts of a drain share.
struct DrainParts {
  boost::asio::io_context& io;
  const DrainOptions& options;
  redis::Client& commands;
  StoreThread& store;
  Leases& leases;
  const Lease& folding;  // who has it publishes and trims
  DrainStats& stats;
  Log& log;
  // After a commit: figures have changed.
  std::function<void()> on_commit;
  // Links that have just reached their max_clicks.
  std::function<void(const std::vector<FullLink>&)> on_full_links;
};

class ShardDrain {
 public:
  // `parts` and what it names outlive this.
  ShardDrain(const DrainParts& parts, std::string shard);
  // finished() must hold, or the io_context be at its end.
  ~ShardDrain() = default;
  ShardDrain(const ShardDrain&) = delete;
  ShardDrain& operator=(const ShardDrain&) = delete;

  void start();
  // Entries are pending under our name that have not been read: another consumer's, or forgotten.
  void read_what_is_pending();
  // Finishes the batches in hand; the rest stays pending. `done` is called once, when nothing runs.
  void stop(std::function<void()> done);

 private:
  struct ReadBatch {
    Batch batch;
    std::vector<std::string> entries;  // ids to acknowledge
    std::string failure;               // of the last try to store it
    void clear() {
      batch.clear();
      entries.clear();
    }
  };

  void tell(DrainEvent event);
  void perform(const Do& action);
  void spawn(boost::asio::awaitable<DrainEvent> task);

  // Whether we are still who we were when the group was prepared.
  bool is_ourselves() const noexcept;
  boost::asio::awaitable<DrainEvent> prepare();
  boost::asio::awaitable<DrainEvent> read(Do action);
  boost::asio::awaitable<DrainEvent> store();
  boost::asio::awaitable<DrainEvent> acknowledge(std::vector<std::string> entries);
  boost::asio::awaitable<DrainEvent> pause(boost::asio::steady_timer& timer,
                                           std::chrono::milliseconds wait, DrainEvent after);

  Read take(redis::ReplyView entries);
  void count(const BatchOutcome& outcome, std::chrono::microseconds took);
  void copy_dead(const Batch& batch);
  DrainEvent redis_failed(std::string_view doing, boost::system::error_code error,
                          DrainEvent event);

  const DrainParts& parts_;
  std::string shard_;
  std::string key_;
  std::string consumer_;         // as whom we read
  std::uint64_t lease_term_ = 0;  // of that name's lease
  Drain drain_;
  std::deque<DrainEvent> events_;  // told while a step was being performed
  bool performing_ = false;
  redis::Client reader_;
  boost::asio::steady_timer redis_timer_;
  boost::asio::steady_timer store_timer_;
  EntryReader entry_reader_;
  ReadBatch reading_;  // filled by the last read
  ReadBatch storing_;  // being stored
  bool stopping_ = false;
  std::function<void()> done_;
};

}  // namespace waymark::tracker
