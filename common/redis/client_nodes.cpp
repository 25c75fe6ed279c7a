// The servers behind a Client: what stands behind the URL, and in a Cluster the map of slots and a
// connection for each master.
#include "common/limits.hpp"
#include "common/redis/client_impl.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace waymark::redis {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

constexpr auto tick_interval = 50ms;
constexpr auto slots_deadline = 1'000ms;
constexpr auto refresh_soon = 100ms;       // least time between two questions
constexpr auto refresh_when_away = 250ms;  // while a master is away: a replica takes its place
constexpr auto refresh_always = 10s;
constexpr auto unused_node_life = 60s;  // a node that takes slots in is named by ASK only

}  // namespace

Client::Impl::Impl(boost::asio::io_context& io, ClientOptions options, Log& log)
    : io_(io),
      options_(std::move(options)),
      log_(log),
      home_(io, options_.connection, log),
      timer_(io) {}

void Client::Impl::start() {
  home_.on_ready([this] { on_home_ready(); });
  home_.on_lost([this](error_code) {
    if (mode_ == Mode::cluster) refresh();
    tell_ready();
    tell_servers_changed();
  });
  home_.start();
}

void Client::Impl::stop() {
  if (std::exchange(stopped_, true)) return;
  const auto self = shared_from_this();  // a handler may destroy the Client
  timer_.cancel();
  home_.stop();
  for (Node& node : nodes_) {
    node.connection->stop();
    for (const RequestPtr& request : std::exchange(node.held, {})) {
      request->handler(Errc::redis_unavailable, Reply{});
    }
  }
  run_failed();
}

void Client::Impl::reset() {
  home_.reset();
  for (Node& node : nodes_) node.connection->reset();
}

bool Client::Impl::ready() const noexcept {
  if (stopped_ || mode_ == Mode::unknown) return false;
  if (mode_ == Mode::single) return home_.ready();
  if (topology_.masters().empty()) return false;
  return home_.ready() ||
         std::ranges::any_of(nodes_, [](const Node& node) { return node.connection->ready(); });
}

error_code Client::Impl::last_error() const noexcept {
  return ready() ? error_code{} : home_.last_error();
}

void Client::Impl::on_home_ready() {
  mode_ = home_.server().cluster ? Mode::cluster : Mode::single;
  if (mode_ == Mode::cluster) {
    refresh();
    schedule_tick();
  }
  tell_ready();
  tell_servers_changed();
}

const ServerInfo* Client::Impl::server_of(std::string_view key) {
  if (stopped_) return nullptr;
  if (mode_ != Mode::cluster) return home_.ready() ? &home_.server() : nullptr;
  Node* const node = node_of(slot_of(key));
  return node != nullptr && node->connection->ready() ? &node->connection->server() : nullptr;
}

std::vector<ServerState> Client::Impl::servers() const {
  const auto state = [](const Address& address, const Connection& connection) {
    return ServerState{address, connection.ready(), connection.server().version,
                       connection.server().run_id,
                       connection.ready() ? error_code{} : connection.last_error()};
  };
  std::vector<ServerState> states;
  if (mode_ != Mode::cluster) return {state(home_.address(), home_)};
  for (const Address& master : topology_.masters()) {
    const auto node = std::ranges::find(nodes_, master, &Node::address);
    states.push_back(node == nodes_.end() ? ServerState{.address = master}
                                          : state(master, *node->connection));
  }
  return states;
}

// --- nodes ---

Client::Impl::Node* Client::Impl::node_of(std::uint16_t slot) {
  const Address* const master = topology_.master_of(slot);
  if (master == nullptr) {
    refresh();
    return nullptr;
  }
  return &node_at(*master);
}

Client::Impl::Node* Client::Impl::find_node(const Address& address) {
  const auto found = std::ranges::find(nodes_, address, &Node::address);
  return found == nodes_.end() ? nullptr : &*found;
}

Client::Impl::Node& Client::Impl::node_at(const Address& address) {
  if (Node* const known = find_node(address)) return *known;
  ConnectionOptions options = options_.connection;
  options.url.addresses = {address};
  options.url.master.clear();
  Node& node = nodes_.emplace_back();
  node.address = address;
  node.connection = std::make_unique<Connection>(io_, std::move(options), log_);
  node.last_used = Clock::now();
  node.connection->on_ready([this, address] { on_node_ready(address); });
  node.connection->on_lost([this](error_code) {
    refresh();
    tell_ready();
    tell_servers_changed();
  });
  node.connection->start();
  schedule_tick();
  return node;
}

Client::Impl::Node* Client::Impl::any_ready_node() {
  for (Node& node : nodes_) {
    if (node.connection->ready()) return &node;
  }
  return topology_.masters().empty() ? nullptr : &node_at(topology_.masters().front());
}

void Client::Impl::on_node_ready(const Address& address) {
  tell_ready();
  tell_servers_changed();
  Node* const node = find_node(address);
  if (node == nullptr) return;
  for (const RequestPtr& request : std::exchange(node->held, {})) dispatch(*node, request);
}

void Client::Impl::tell_servers_changed() {
  if (on_servers_changed && !stopped_) on_servers_changed();
}

void Client::Impl::tell_ready() {
  const bool now = ready();
  if (stopped_ || std::exchange(told_ready_, now) == now) return;
  if (now && on_ready) on_ready();
  if (!now && on_lost) on_lost(home_.last_error());
}

bool Client::Impl::all_masters_ready() {
  return std::ranges::all_of(topology_.masters(), [this](const Address& master) {
    const Node* const node = find_node(master);
    return node == nullptr || node->connection->ready();
  });
}

// --- the map of slots ---

// Soon: many commands fail at once when a master goes.
void Client::Impl::refresh() {
  if (mode_ != Mode::cluster || stopped_) return;
  refresh_at_ = std::min(refresh_at_, std::max(Clock::now(), refreshed_ + refresh_soon));
  if (topology_.masters().empty()) tick();
}

// Every node in turn: one that is cut off from the others may have an old map.
void Client::Impl::tick() {
  if (stopped_) return;
  const auto now = Clock::now();
  expire_held(now);
  drop_unused_nodes();
  if (refresh_at_ > now || refreshing_) return;
  std::vector<std::pair<Address, Connection*>> ready;
  for (Node& node : nodes_) {
    if (node.connection->ready()) ready.emplace_back(node.address, node.connection.get());
  }
  if (home_.ready()) ready.emplace_back(home_.address(), &home_);
  if (ready.empty()) return;
  const auto& [address, connection] = ready[turn_++ % ready.size()];
  refreshing_ = true;
  refreshed_ = now;
  refresh_at_ = Clock::time_point::max();
  connection->send(
      {"CLUSTER", "SLOTS"}, slots_deadline,
      [self = shared_from_this(), asked = address](error_code error, const Reply& reply) {
        self->refreshing_ = false;
        if (!self->stopped_) self->on_slots(asked, error, reply);
      });
}

void Client::Impl::on_slots(const Address& asked, error_code error, ReplyView reply) {
  auto topology = error ? std::nullopt : Topology::read(reply, asked);
  if (topology) {
    adopt(std::move(*topology));
  } else if (!error && reply.is_error()) {
    log_.warning("redis.slots_refused",
                 "a Cluster does not tell where its slots are; allow the user CLUSTER SLOTS",
                 {{"name", options_.connection.name}, {"reply", reply.text()}});
  }
  const auto wait = topology && all_masters_ready() ? Clock::duration{refresh_always}
                                                    : Clock::duration{refresh_when_away};
  refresh_at_ = std::min(refresh_at_, Clock::now() + wait);
}

void Client::Impl::adopt(Topology topology) {
  const bool same = topology == topology_;
  if (!same) {
    std::vector<std::string> masters;
    for (const Address& master : topology.masters()) masters.push_back(text_of(master));
    if (masters.size() != topology_.masters().size() || topology.masters() != topology_.masters()) {
      log_.info("redis.cluster", "masters of the Cluster",
                {{"name", options_.connection.name},
                 {"masters", fmt::format("{}", fmt::join(masters, ","))},
                 {"unserved_slots", topology.unserved()}});
    }
    topology_ = std::move(topology);
  }
  if (options_.all_masters) {
    for (const Address& master : topology_.masters()) node_at(master);
  }
  const auto now = Clock::now();
  for (const Address& master : topology_.masters()) {
    if (Node* const node = find_node(master)) node->last_used = now;
  }
  tell_ready();
  if (!same) tell_servers_changed();
}

void Client::Impl::drop_unused_nodes() {
  const auto now = Clock::now();
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    if (!node->held.empty() || node->last_used + unused_node_life > now ||
        node->connection->waiting() > 0 ||
        std::ranges::find(topology_.masters(), node->address) != topology_.masters().end()) {
      ++node;
    } else {
      node->connection->stop();
      node = nodes_.erase(node);
    }
  }
}

void Client::Impl::schedule_tick() {
  timer_.expires_after(tick_interval);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (error || self->stopped_) return;
    self->tick();
    self->schedule_tick();
  });
}

// What waits for a first connection that does not come.
void Client::Impl::expire_held(Clock::time_point now) {
  for (Node& node : nodes_) {
    if (node.held.empty()) continue;
    const bool away = node.connection->last_error().failed();
    const auto over = [&](const RequestPtr& request) { return away || request->due <= now; };
    const auto first = std::stable_partition(node.held.begin(), node.held.end(),
                                             [&](const RequestPtr& r) { return !over(r); });
    std::vector<RequestPtr> failed{first, node.held.end()};
    node.held.erase(first, node.held.end());
    for (const RequestPtr& request : failed) {
      fail(request, away ? Errc::redis_unavailable : Errc::redis_timeout);
    }
  }
}

}  // namespace waymark::redis
