// A Client on one server, and on a Cluster of two masters whose slots move.
#include "common/redis/client.hpp"
#include "common/redis/fill_tags.hpp"
#include "connection_fixture.hpp"
#include "tests/support/redis_server.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace waymark::redis {
namespace {

using test::RedisServer;

class RedisClient : public RedisConnection {
 protected:
  ClientOptions client_options(const std::string& url) { return {options(url), true}; }

  std::string ask(Client& client, Command command) {
    std::optional<std::string> answer;
    client.send(std::move(command), 10s, [&](error_code error, const Reply& reply) {
      answer = error ? error.message() : std::string{reply.text()};
    });
    EXPECT_FALSE(answer) << "the handler ran inside send()";
    EXPECT_TRUE(run_until(io_, [&] { return answer.has_value(); }));
    return answer.value_or("nothing");
  }
};

TEST_F(RedisClient, OnOneServerIsItsConnection) {
  RedisServer server;
  Client client{io_, client_options(server.url()), log_};
  int ready = 0;
  int lost = 0;
  client.on_ready([&] { ++ready; });
  client.on_lost([&](error_code) { ++lost; });
  EXPECT_EQ(ask(client, {"GET", "k"}), make_error_code(Errc::redis_unavailable).message());
  client.start();
  ASSERT_TRUE(run_until(io_, [&] { return client.ready(); }));
  EXPECT_FALSE(client.is_cluster());
  EXPECT_EQ(ask(client, {"SET", "k", "v"}), "OK");
  EXPECT_EQ(ask(client, {"GET", "k"}), "v");
  const std::string run_id = client.server_of("k")->run_id;
  server.restart();
  ASSERT_TRUE(run_until(io_, [&] { return ready == 2; }));
  EXPECT_EQ(lost, 1);
  EXPECT_NE(client.server_of("k")->run_id, run_id);
}

// Slots 0 to 8191 and the rest.
class RedisClusterClient : public RedisClient {
 protected:
  static constexpr std::size_t half = slots_count / 2;

  static std::unique_ptr<RedisServer> node(const std::string& bus_port) {
    return std::make_unique<RedisServer>(std::vector<std::string>{
        "--cluster-enabled", "yes", "--cluster-port", bus_port, "--cluster-node-timeout", "60000",
        "--cluster-require-full-coverage", "no"});
  }
  void SetUp() override {
    const std::string bus_a = std::to_string(test::free_port());
    const std::string bus_b = std::to_string(test::free_port());
    a_ = node(bus_a);
    b_ = node(bus_b);
    a_->call({"CLUSTER", "ADDSLOTSRANGE", "0", std::to_string(half - 1)});
    b_->call({"CLUSTER", "ADDSLOTSRANGE", std::to_string(half), std::to_string(slots_count - 1)});
    b_->call({"CLUSTER", "SET-CONFIG-EPOCH", "2"});
    a_->call({"CLUSTER", "MEET", "127.0.0.1", std::to_string(b_->port()), bus_b});
    for (const auto* server : {a_.get(), b_.get()}) {
      while (server->call({"CLUSTER", "SLOTS"}).size() != 2 ||
             std::string{server->call({"CLUSTER", "INFO"}).text()}.find("cluster_state:ok") ==
                 std::string::npos) {
        std::this_thread::sleep_for(10ms);
      }
    }
    client_.emplace(io_, client_options(a_->url()), log_);
    client_->start();
    ASSERT_TRUE(run_until(io_, [&] {
      return client_->ready() && client_->server_of(low_) && client_->server_of(high_);
    }));
  }
  static std::string id_of(const RedisServer& server) {
    return std::string{server.call({"CLUSTER", "MYID"}).text()};
  }
  void set_slot(const std::string& key, const std::string& state, const RedisServer& on,
                const RedisServer& other) {
    const auto slot = std::to_string(slot_of(key));
    const Reply reply = on.call({"CLUSTER", "SETSLOT", slot, state, id_of(other)});
    ASSERT_EQ(reply.text(), "OK");
  }

  std::unique_ptr<RedisServer> a_, b_;
  std::optional<Client> client_;
  const std::string low_ = "bar";   // slot 5061
  const std::string high_ = "foo";  // slot 12182
};

TEST_F(RedisClusterClient, AsksTheServerOfEachKey) {
  EXPECT_TRUE(client_->is_cluster());
  EXPECT_EQ(ask(*client_, {"SET", low_, "1"}), "OK");
  EXPECT_EQ(ask(*client_, {"SET", high_, "2"}), "OK");
  EXPECT_EQ(a_->call({"GET", low_}).text(), "1");
  EXPECT_EQ(b_->call({"GET", high_}).text(), "2");
  EXPECT_NE(client_->server_of(low_)->run_id, client_->server_of(high_)->run_id);
  EXPECT_EQ(client_->servers().size(), 2U);
}

TEST_F(RedisClusterClient, FollowsASlotThatHasMoved) {
  int changes = 0;
  client_->on_servers_changed([&] { ++changes; });
  const std::string before = client_->server_of(low_)->run_id;
  for (const auto* server : {b_.get(), a_.get()}) set_slot(low_, "NODE", *server, *b_);
  EXPECT_EQ(ask(*client_, {"SET", low_, "1"}), "OK");
  EXPECT_EQ(b_->call({"GET", low_}).text(), "1");
  EXPECT_GT(changes, 0);
  EXPECT_NE(client_->server_of(low_)->run_id, before);
}

TEST_F(RedisClusterClient, AsksElsewhereWhileASlotMoves) {
  set_slot(low_, "IMPORTING", *b_, *a_);
  set_slot(low_, "MIGRATING", *a_, *b_);
  EXPECT_EQ(ask(*client_, {"SET", low_, "1"}), "OK");
  EXPECT_EQ(client_->topology().master_of(slot_of(low_))->port, a_->port()) << "for once only";
  EXPECT_EQ(ask(*client_, {"GET", low_}), "1");
  set_slot(low_, "NODE", *b_, *b_);
  set_slot(low_, "NODE", *a_, *b_);
  EXPECT_EQ(b_->call({"GET", low_}).text(), "1");
}

// Each sends to the other: a Cluster that contradicts itself must not keep us busy for ever.
TEST_F(RedisClusterClient, EndsARingOfRedirections) {
  set_slot(low_, "NODE", *a_, *b_);
  EXPECT_THAT(ask(*client_, {"GET", low_}), testing::StartsWith("MOVED"));
}

TEST_F(RedisClusterClient, CarriesOutTogetherWhereTheSlotHasMoved) {
  for (const auto* server : {b_.get(), a_.get()}) set_slot(low_, "NODE", *server, *b_);
  std::optional<std::size_t> replies;
  std::vector<Command> commands;
  commands.emplace_back("SET", low_, "1");
  commands.emplace_back("APPEND", low_, "2");
  client_->transact(std::move(commands), 10s,
                    [&](error_code, const Reply& reply) { replies = reply.size(); });
  ASSERT_TRUE(run_until(io_, [&] { return replies.has_value(); }));
  EXPECT_EQ(*replies, 2U);
  EXPECT_EQ(b_->call({"GET", low_}).text(), "12");
}

TEST_F(RedisClusterClient, GoesOnWithTheOtherMasters) {
  b_->kill();
  ASSERT_TRUE(run_until(io_, [&] { return client_->server_of(high_) == nullptr; }));
  EXPECT_EQ(ask(*client_, {"SET", low_, "1"}), "OK");
  EXPECT_EQ(ask(*client_, {"GET", high_}), make_error_code(Errc::redis_unavailable).message());
  EXPECT_TRUE(client_->ready());
}

TEST_F(RedisClusterClient, HasAMarkerOnEachMasterForItsKeys) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < fill_tags_count; ++i) {
    const std::string& key = fill_marker_keys()[i];
    keys.insert(key);
    EXPECT_EQ(slot_of(key) / (slots_count / fill_tags_count), i) << key;
  }
  EXPECT_EQ(keys.size(), fill_tags_count);
  const auto& topology = client_->topology();
  for (std::uint16_t slot = 0; slot < slots_count; ++slot) {
    const auto marker = slot_of(fill_marker_keys()[fill_tag_of(slot, topology)]);
    ASSERT_EQ(*topology.master_of(marker), *topology.master_of(slot)) << slot;
  }
}

}  // namespace
}  // namespace waymark::redis
