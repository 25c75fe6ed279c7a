// The rules of draining one stream as a step function: told what happened, it says what to do next
// (shipping.md rules 8 to 10). No I/O, no clock. ShardDrain (shard_drain.hpp) is its shell.
//
// One batch may be read while another is being stored; nothing is acknowledged before its batch is
// stored; after any trouble with Redis, or without the lease of the own name, the group is looked
// at again and the own pending entries are read from the start, so that nothing handed out is
// forgotten.
#pragma once

#include "common/redis/stream_id.hpp"

#include <chrono>
#include <cstddef>
#include <variant>
#include <vector>

namespace waymark::tracker {

// --- What happened ---

struct Started {};
struct Prepared {};  // stream and group are there, and the lease of our name is ours
struct PrepareFailed {};
struct Read {  // an answer to read_pending or read_new
  std::size_t entries = 0;
  std::size_t bytes = 0;  // of their bodies
  StreamId last;          // id of the last one
};
struct ReadFailed {};  // Redis is away, stream or group are gone, or our name was in doubt
struct Stored {};
struct StoreFailed {};
struct Acknowledged {};
struct AcknowledgeFailed {};
struct RedisPauseOver {};
struct StorePauseOver {};
struct PendingGrew {};  // entries are pending under our name that have not been read
struct StopAsked {};

using DrainEvent = std::variant<Started, Prepared, PrepareFailed, Read, ReadFailed, Stored,
                                StoreFailed, Acknowledged, AcknowledgeFailed, RedisPauseOver,
                                StorePauseOver, PendingGrew, StopAsked>;

// --- What to do; each is answered by one event, `finish` by none ---

struct Do {
  enum class What {
    prepare,
    read_pending,  // at most `count` own pending entries after `after`
    read_new,      // at most `count` entries nobody has had, waiting for the first
    store,         // what was read last
    store_again,   // the batch that failed
    acknowledge,   // the batch that was stored
    pause_redis,   // for `wait`
    pause_store,
    finish,
  };
  What what;
  std::size_t count = 0;
  StreamId after{};
  std::chrono::milliseconds wait{0};
  friend bool operator==(const Do&, const Do&) = default;
};

struct DrainLimits {
  std::size_t batch_bytes = 16U << 20U;  // aim for one batch
  std::size_t entries_min = 64;
  std::size_t entries_max = 1'024;  // sized by small entries, large ones may come: 64 MiB
  std::chrono::milliseconds pause_min{50};
  std::chrono::milliseconds pause_max{2'000};
};

class Drain {
 public:
  explicit Drain(DrainLimits limits = {});

  std::vector<Do> step(const DrainEvent& event);

 private:
  enum class Source { none, pending, fresh };

  void on(Started);
  void on(Prepared);
  void on(PrepareFailed);
  void on(const Read& read);
  void on(ReadFailed);
  void on(Stored);
  void on(StoreFailed);
  void on(Acknowledged);
  void on(AcknowledgeFailed);
  void on(RedisPauseOver);
  void on(StorePauseOver);
  void on(PendingGrew);
  void on(StopAsked);

  void go_on();
  bool quiet() const noexcept;
  void act(Do action) { actions_.push_back(action); }
  std::size_t next_count(const Read& read) const noexcept;

  DrainLimits limits_;
  std::vector<Do> actions_;  // of the step that runs
  Source source_ = Source::none;
  StreamId after_;  // last pending entry that was read
  std::size_t count_;
  std::size_t acknowledging_ = 0;
  bool preparing_ = false;  // or waiting for the next try
  bool reading_ = false;
  bool held_ = false;     // a batch was read while another one is being stored
  bool storing_ = false;  // or waiting for the next try
  bool broken_ = false;   // Redis must be prepared anew once all is quiet
  bool grew_ = false;     // pending entries are to be read from the start once all is quiet
  bool stopping_ = false;
  bool finished_ = false;
  std::chrono::milliseconds redis_pause_;
  std::chrono::milliseconds store_pause_;
};

}  // namespace waymark::tracker
