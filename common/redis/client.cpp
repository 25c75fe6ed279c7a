#include "common/redis/client.hpp"

#include "common/redis/client_impl.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace waymark::redis {
namespace {

using boost::system::error_code;

constexpr int redirections_max = 5;

}  // namespace

void Client::Impl::send(Command command, std::chrono::milliseconds deadline, Handler handler) {
  if (stopped_) return;
  if (mode_ != Mode::cluster) return home_.send(std::move(command), deadline, std::move(handler));
  const std::string_view key = command.key();
  const std::uint16_t slot = key.empty() ? std::uint16_t{0} : slot_of(key);
  Node* const node = key.empty() ? any_ready_node() : node_of(slot);
  const auto due =
      Clock::now() + std::min<std::chrono::milliseconds>(deadline, std::chrono::hours{24});
  auto request =
      std::make_shared<Request>(Request{std::move(command), std::move(handler), due, slot});
  if (node == nullptr) return fail(request, Errc::redis_unavailable);
  dispatch(*node, request);
}

void Client::Impl::dispatch(Node& node, const RequestPtr& request) {
  node.last_used = Clock::now();
  Connection& connection = *node.connection;
  if (!connection.ready() && !connection.last_error()) {
    if (node.held.size() >= options_.connection.waiting_commands_max) {
      return fail(request, Errc::redis_overloaded);
    }
    node.held.push_back(request);
    return;
  }
  const auto rest =
      std::max(std::chrono::ceil<std::chrono::milliseconds>(request->due - Clock::now()),
               std::chrono::milliseconds{1});
  if (std::exchange(request->asking, false)) {
    connection.send({"ASKING"}, rest, [](error_code, const Reply&) {});
  }
  connection.send(request->command, rest,
                  [self = shared_from_this(), from = node.address, request](error_code error,
                                                                            Reply reply) mutable {
                    self->on_reply(from, request, error, std::move(reply));
                  });
}

void Client::Impl::on_reply(const Address& from, const RequestPtr& request, error_code error,
                            Reply reply) {
  if (!error && reply.is_error() && !stopped_ && redirect(from, request, reply)) return;
  if (error == Errc::redis_timeout) refresh();  // it may stand still, and a replica be in its place
  request->handler(error, std::move(reply));
}

// Whether the command goes on elsewhere.
bool Client::Impl::redirect(const Address& from, const RequestPtr& request, ReplyView reply) {
  const auto redirection = parse_redirection(reply.text(), from);
  if (!redirection) {
    if (reply.is_error_code("CLUSTERDOWN") || reply.is_error_code("MASTERDOWN")) refresh();
    return false;
  }
  if (!redirection->ask) {
    topology_.move(redirection->slot, redirection->to);
    refresh();
  }
  const bool again = ++request->redirections <= redirections_max && Clock::now() < request->due;
  if (again) {
    request->asking = redirection->ask;
    dispatch(node_at(redirection->to), request);
  }
  if (!redirection->ask) tell_servers_changed();
  return again;
}

void Client::Impl::fail(const RequestPtr& request, Errc reason) {
  if (failed_.empty()) {
    boost::asio::post(io_, [self = shared_from_this()] { self->run_failed(); });
  }
  failed_.emplace_back(request, reason);
}

void Client::Impl::run_failed() {
  for (auto& [request, reason] : std::exchange(failed_, {})) request->handler(reason, Reply{});
}

Client::Client(boost::asio::io_context& io, ClientOptions options, Log& log)
    : impl_(std::make_shared<Impl>(io, std::move(options), log)) {}
Client::Client(boost::asio::io_context& io, ConnectionOptions options, Log& log)
    : Client(io, ClientOptions{std::move(options)}, log) {}
Client::~Client() {
  stop();
}

void Client::start() {
  impl_->start();
}
void Client::stop() {
  impl_->stop();
}
bool Client::ready() const noexcept {
  return impl_->ready();
}
bool Client::is_cluster() const noexcept {
  return impl_->is_cluster();
}
error_code Client::last_error() const noexcept {
  return impl_->last_error();
}
const ServerInfo* Client::server_of(std::string_view key) {
  return impl_->server_of(key);
}
std::vector<ServerState> Client::servers() const {
  return impl_->servers();
}
const Topology& Client::topology() const noexcept {
  return impl_->topology();
}
void Client::on_ready(std::function<void()> handler) {
  impl_->on_ready = std::move(handler);
}
void Client::on_lost(std::function<void(error_code)> handler) {
  impl_->on_lost = std::move(handler);
}
void Client::on_servers_changed(std::function<void()> handler) {
  impl_->on_servers_changed = std::move(handler);
}
void Client::send(Command command, std::chrono::milliseconds deadline, Handler handler) {
  impl_->send(std::move(command), deadline, std::move(handler));
}
void Client::transact(std::vector<Command> commands, std::chrono::milliseconds deadline,
                      Handler handler) {
  impl_->transact(std::move(commands), deadline, std::move(handler));
}
void Client::reset() {
  impl_->reset();
}

}  // namespace waymark::redis
