// Commands on one slot, carried out as a whole.
#include "common/redis/client_impl.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redis {
namespace {

using boost::system::error_code;

constexpr int redirections_max = 3;

}  // namespace

void Client::Impl::transact(std::vector<Command> commands, std::chrono::milliseconds deadline,
                            Handler handler) {
  if (stopped_) return;
  const auto transaction = std::make_shared<Transaction>();
  transaction->commands = std::move(commands);
  transaction->handler = std::move(handler);
  transaction->due = Clock::now() + deadline;
  if (mode_ != Mode::cluster) return dispatch(home_, home_.address(), transaction);
  Node* const node = node_of(slot_of(transaction->commands.front().key()));
  if (node != nullptr) return dispatch(*node->connection, node->address, transaction);
  // Nobody serves the slot: as a command that cannot be sent, whose handler hears of it later.
  const auto nowhere = std::make_shared<Request>(
      Request{Command{"EXEC"}, std::move(transaction->handler), transaction->due});
  fail(nowhere, Errc::redis_unavailable);
}

void Client::Impl::dispatch(Connection& connection, const Address& address,
                            const TransactionPtr& transaction) {
  const auto rest =
      std::max(std::chrono::ceil<std::chrono::milliseconds>(transaction->due - Clock::now()),
               std::chrono::milliseconds{1});
  connection.send({"MULTI"}, rest, [](error_code, const Reply&) {});
  for (const Command& command : transaction->commands) {
    connection.send(command, rest, [transaction, address](error_code error, const Reply& reply) {
      if (error || !reply.is_error()) return;
      if (auto to = parse_redirection(reply.text(), address)) transaction->redirection = to;
    });
  }
  connection.send({"EXEC"}, rest,
                  [self = shared_from_this(), transaction](error_code error, Reply reply) mutable {
                    self->on_executed(transaction, error, std::move(reply));
                  });
}

// A command that was redirected has undone the whole.
void Client::Impl::on_executed(const TransactionPtr& transaction, error_code error, Reply reply) {
  const auto to = std::exchange(transaction->redirection, std::nullopt);
  if (to && !to->ask && !error && !stopped_) {
    topology_.move(to->slot, to->to);
    refresh();
    const bool again =
        ++transaction->redirections <= redirections_max && Clock::now() < transaction->due;
    if (again) dispatch(*node_at(to->to).connection, to->to, transaction);
    tell_servers_changed();
    if (again) return;
  }
  transaction->handler(error, std::move(reply));
}

}  // namespace waymark::redis
