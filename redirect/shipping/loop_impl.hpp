// The inside of ShippingLoop; for shipping_loop.cpp and loop_*.cpp only. Everything here runs on
// the loop's thread.
#pragma once

#include "common/redis/client.hpp"
#include "redirect/journal/reader.hpp"
#include "redirect/shipping/shipping_loop.hpp"
#include "redirect/shipping/stream_commands.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

inline constexpr std::chrono::milliseconds command_deadline{5'000};

// One origin as the loop sees it.
struct ShippedOrigin {
  ShippedOrigin(OriginKind its_kind, ShipperRules rules, std::shared_ptr<OriginJournal> its_journal,
                std::string_view edge);

  OriginKind kind;
  std::shared_ptr<OriginJournal> journal;
  JournalReader reader;
  Shipper shipper;
  std::string key;   // <epoch>/<thread>
  std::string text;  // with the edge's name before it
  std::string shard;
  std::string stream_key;
  // Of the server that holds the shard's stream, as the shipper was told last, and how often it was
  // told of another one. What was sent to an earlier server is not sent, whatever that answers.
  std::string run_id;
  unsigned servers = 0;
  bool stream_missing = false;    // XADD said so since the last reading
  std::uint64_t window_part = 0;  // what the window was told
};

class ShippingLoop::Impl : public std::enable_shared_from_this<Impl> {
 public:
  using Time = Shipper::Time;
  using OriginPtr = std::shared_ptr<ShippedOrigin>;

  Impl(LoopOptions options, std::shared_ptr<OriginJournal> own, JournalWriter& writer,
       ShipWindow& window, Log& log, LoopFigures& figures, boost::asio::io_context& io);

  boost::asio::io_context& io() noexcept { return io_; }
  void start();
  void adopt(const AdoptedEpoch& epoch);
  void forget(const std::string& epoch);
  void finish(std::chrono::milliseconds at_most, std::function<void()> done);

  void close();

 private:
  void tick();
  void run();
  Time ship(const OriginPtr& origin, Time now);
  void send_batch(const OriginPtr& origin, const Shipper::Order& order, Time now);
  void send_end(const OriginPtr& origin);
  void on_entry_reply(const OriginPtr& origin, SequenceRange range, boost::system::error_code error,
                      redis::ReplyView reply);
  void note_server(ShippedOrigin& origin);
  void choose_shards();
  void ask_shards();
  void on_shards(redis::ReplyView reply);
  void on_figures(redis::ReplyView reply, const std::vector<OriginPtr>& asked);
  void make_stream(const std::string& shard);
  void make_group(const std::string& shard);
  void write_report();
  void send_forgets();
  void account(ShippedOrigin& origin);
  void publish();
  void publish_known();
  bool is_reachable();
  void finish_if_done();
  void run_again();
  void wake_later(Time until);
  static void wake(void* self);

  const LoopOptions options_;
  JournalWriter& writer_;
  ShipWindow& window_;
  Log& log_;
  LoopFigures& figures_;
  boost::asio::io_context& io_;

  std::vector<OriginPtr> origins_;  // the own one first
  Shipper::Counts past_;            // of origins that were forgotten
  struct Forget {
    std::string_view key;
    std::string field;
  };
  std::vector<Forget> forgets_;  // to be taken out of Redis when it is there
  std::vector<std::string_view> lines_;
  Shards shards_;
  bool asking_ = false;
  bool making_ = false;
  bool closed_ = false;
  std::minstd_rand random_{std::random_device{}()};

  std::optional<redis::Client> redis_;
  std::optional<boost::asio::steady_timer> wake_timer_;
  std::optional<boost::asio::steady_timer> tick_timer_;

  Time armed_for_ = Time::max();
  bool running_again_ = false;  // posted
  std::function<void()> done_;  // set while finishing
  Time finish_by_ = Time::max();
  Time reached_;  // when the own stream was last seen to have a server; looked at by tick()
  unsigned reports_under_way_ = 0;  // ending waits for the last one
};

}  // namespace waymark::redirect
