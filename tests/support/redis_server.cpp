#include "tests/support/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace waymark::test {
namespace {

using std::chrono::steady_clock;

constexpr auto start_patience = std::chrono::seconds{20};
constexpr auto call_patience = timeval{10, 0};
constexpr int ports_tried_max = 10;

struct FreeContext {
  void operator()(redisContext* context) const noexcept { redisFree(context); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;

Context connect(std::uint16_t port) {
  Context context{redisConnectWithTimeout("127.0.0.1", port, call_patience)};
  if (context && context->err == 0) redisSetTimeout(context.get(), call_patience);
  return context;
}

redis::Reply call_on(redisContext& context, const std::vector<std::string>& command) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& argument : command) {
    texts.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  return redis::Reply{static_cast<redisReply*>(
      redisCommandArgv(&context, static_cast<int>(command.size()), texts.data(), sizes.data()))};
}

}  // namespace

std::uint16_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      ::bind(descriptor, raw, size) == 0 && ::getsockname(descriptor, raw, &size) == 0;
  ::close(descriptor);
  if (!bound) throw std::runtime_error{"no free port on 127.0.0.1"};
  return ntohs(address.sin_port);
}

RedisServer::RedisServer(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {
  // Somebody may take the port between the choice and the start.
  for (int attempt = 0; attempt < ports_tried_max; ++attempt) {
    port_ = free_port();
    if (start()) return;
  }
  throw std::runtime_error{"redis-server does not start: " + log()};
}

RedisServer::~RedisServer() {
  kill();
}

std::string RedisServer::url() const {
  return fmt::format("redis://127.0.0.1:{}", port_);
}
std::string RedisServer::unix_url() const {
  return fmt::format("unix://{}", (folder_.path() / "redis.sock").string());
}

void RedisServer::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, 0), nullptr, 0);
}

void RedisServer::stop_signal() {
  ::kill(pid_, SIGSTOP);
  int status = 0;
  ::waitpid(pid_, &status, WUNTRACED);  // until it really stands still
}

void RedisServer::continue_signal() {
  ::kill(pid_, SIGCONT);
}

void RedisServer::restart() {
  kill();
  if (!start()) throw std::runtime_error{"redis-server does not start again: " + log()};
}

bool RedisServer::start() {
  std::vector<std::string> words{"redis-server",
                                 "--port",
                                 std::to_string(port_),
                                 "--bind",
                                 "127.0.0.1",
                                 "--dir",
                                 folder_.path().string(),
                                 "--unixsocket",
                                 (folder_.path() / "redis.sock").string(),
                                 "--save",
                                 "",
                                 "--appendonly",
                                 "no"};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  const std::string log_file = (folder_.path() / "log").string();
  const int output = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error{"fork failed"};
  if (pid_ == 0) {
    // Only calls that are safe between fork() and exec().
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execvp(raw.front(), raw.data());
    ::_exit(127);
  }
  ::close(output);
  return wait_until_ready();
}

// False when it ended by itself; then the port was taken or an argument is wrong.
bool RedisServer::wait_until_ready() {
  const std::string own_pid = fmt::format("process_id:{}\r\n", pid_);
  for (const auto end = steady_clock::now() + start_patience; steady_clock::now() < end;) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      return false;
    }
    if (const Context context = connect(port_); context && context->err == 0) {
      const redis::Reply info = call_on(*context, {"INFO", "server"});
      const bool own = info.text().find(own_pid) != std::string_view::npos;
      // With a password set INFO is refused; that answer shows life as well.
      if (own || info.is_error()) return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  kill();
  return false;
}

redis::Reply RedisServer::call(const std::vector<std::string>& command) const {
  const Context context = connect(port_);
  if (!context || context->err != 0) throw std::runtime_error{"redis-server cannot be reached"};
  redis::Reply reply = call_on(*context, command);
  if (context->err != 0) throw std::runtime_error{std::string{"no reply: "} + context->errstr};
  return reply;
}

std::string RedisServer::log() const {
  std::ifstream file{folder_.path() / "log"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace waymark::test
