#include "bench/support/backlog.hpp"

#include "bench/support/cpu_time.hpp"
#include "common/click_line.hpp"
#include "common/uuid.hpp"
#include "tests/support/redis_server.hpp"
#include "tracker/drain/drain_loop.hpp"
#include "tracker/leases/leases.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>

namespace waymark::bench {

namespace {

using namespace waymark::tracker;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t begin_ms = 1'767'268'800'000;
constexpr unsigned origins = 2;
constexpr std::size_t body_bytes_max = 64 * 1024;  // as busy edges write them

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// From `begin` and `before` until now.
Figures figures_of(std::size_t count, Clock::time_point begin, const CpuTime& before,
                   std::size_t batch_lines) {
  const double took = seconds_since(begin);
  const CpuTime now = cpu_time_of_all();
  const auto clicks = static_cast<double>(count);
  return {.rate = clicks / took,
          .cpu_us = (now.all_seconds - before.all_seconds) * 1e6 / clicks,
          .busiest_us = now.busiest_thread_since(before) * 1e6 / clicks,
          .batch_lines = batch_lines};
}

void print(const char* side, const Figures& figures) {
  fmt::print("{} {:.0f}/s (us CPU each: {:.2f}, busiest thread {:.2f}), ", side, figures.rate,
             figures.cpu_us, figures.busiest_us);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void fill_stream(const test::RedisServer& server, const std::vector<std::string>& lines) {
  const std::unique_ptr<redisContext, decltype(&redisFree)> redis{
      redisConnect("127.0.0.1", server.port()), &redisFree};
  std::string body[origins];
  std::uint64_t first[origins], next[origins];
  for (unsigned o = 0; o < origins; ++o) first[o] = next[o] = 1;
  std::size_t sent = 0;
  const auto send = [&](unsigned o) {
    if (body[o].empty()) return;
    redisAppendCommand(redis.get(), "XADD wm:clicks:{0} * origin edge/%016x/%u first %s body %b",
                       0xa, o, std::to_string(first[o]).c_str(), body[o].data(), body[o].size());
    body[o].clear();
    first[o] = next[o];
    ++sent;
  };
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const auto o = static_cast<unsigned>(n % origins);
    if (body[o].size() + lines[n].size() > body_bytes_max) send(o);
    body[o].append(lines[n]).push_back('\n');
    ++next[o];
  }
  for (unsigned o = 0; o < origins; ++o) send(o);
  for (; sent > 0; --sent) {
    void* reply = nullptr;
    if (redisGetReply(redis.get(), &reply) != REDIS_OK) throw std::runtime_error{redis->errstr};
    freeReplyObject(reply);
  }
}

}  // namespace

std::vector<std::string> make_lines(std::size_t count) {
  std::mt19937_64 random{7};
  Uuid7Generator ids;
  std::vector<std::pair<Uuid, Uuid>> visitors;  // visitor, previous click
  std::vector<std::string> lines;
  lines.reserve(count);
  const std::string agent =
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
      "Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
  for (std::size_t n = 0; n < count; ++n) {
    const std::uint64_t ms = begin_ms + n / 10;  // 10,000 clicks a second
    const auto code =
        static_cast<unsigned>(std::pow(20'000.0, static_cast<double>(random() % 10'000) / 10'000));
    const Uuid id = ids.next(ms);
    std::string visitor;
    if (!visitors.empty() && random() % 10 < 3) {
      auto& known = visitors[random() % visitors.size()];
      visitor =
          fmt::format(R"("visitor":"{}","prev":"{}",)", known.first.text(), known.second.text());
      known.second = id;
    } else {
      visitors.emplace_back(ids.next(ms), id);
      visitor = fmt::format(R"("visitor":"{}","new":true,)", visitors.back().first.text());
    }
    lines.push_back(fmt::format(
        R"({{"v":1,"id":"{}","ts":{},"code":"code{}","link":"lnk_{:016}","campaign":"camp_spring",)"
        R"("referrer":"rfr_{:016}","destination":"https://shop.example/welcome?from={}",)"
        R"("host":"go.example",{}"channel":"whatsapp","ref":"news.example",)"
        R"("ip":"192.0.{}.0","ipk":"{:016x}","ua":"{}",)"
        R"("device":"mobile","os":"ios","lang":"de"{}}})",
        id.text(), ms, code, code, code, code, visitor, random() % 256, random(), agent,
        random() % 10 == 0 ? R"(,"bot":"crawler")" : ""));
  }
  return lines;
}

Figures drain(const std::vector<std::string>& lines, const std::string& store_url) {
  test::RedisServer server;
  fill_stream(server, lines);
  Log log{"bench", LogLevel::error};
  StoreThread store{store_url};
  boost::asio::io_context io{1};
  DrainOptions options;
  options.url = redis::parse_url(server.url(), "redis.stream");
  Leases leases{io, {.host = "bench", .wanted = {std::string{lease_names::folding}}}, store, log};
  DrainLoop loop{io, options, store, leases, log};
  const auto begin = Clock::now();
  const CpuTime before = cpu_time_of_all();
  boost::asio::co_spawn(io, leases.run(), boost::asio::detached);
  boost::asio::co_spawn(io, loop.run(), [&](const std::exception_ptr&) { leases.stop(); });
  std::thread thread{[&] { io.run(); }};
  while (loop.stats().stored < lines.size()) std::this_thread::sleep_for(1ms);
  const Figures figures =
      figures_of(lines.size(), begin, before, lines.size() / loop.stats().batches);
  boost::asio::post(io, [&] { loop.stop(); });
  thread.join();
  return figures;
}

Batch rows_of(const std::vector<std::string>& lines) {
  Batch rows;
  ClickLineParser parser;
  for (const std::string& line : lines) rows.add(parser.parse(line).value());
  rows.sort();
  return rows;
}

Figures measure(std::size_t count, std::size_t batch_lines, const std::function<void()>& work) {
  const auto begin = Clock::now();
  const CpuTime before = cpu_time_of_all();
  work();
  return figures_of(count, begin, before, batch_lines);
}

void compare(std::size_t count, int rounds,
             const std::function<Figures(const std::vector<std::string>&)>& drain_into,
             const std::function<Figures(const std::vector<std::string>&, std::size_t)>& raw_into) {
  const auto lines = make_lines(count);
  fmt::print("{} clicks of {} bytes\n", count, lines.front().size());
  // Not counted: the first run makes what all others find made (segments of the server's log, its
  // memory), and would charge one side with it.
  raw_into(lines, drain_into(lines).batch_lines);
  std::vector<double> ratios, cpu_ratios, busiest_ratios;
  for (int round = 1; round <= rounds; ++round) {
    const Figures drained = drain_into(lines);
    const Figures raw = raw_into(lines, drained.batch_lines);
    ratios.push_back(drained.rate / raw.rate);
    cpu_ratios.push_back(raw.cpu_us / drained.cpu_us);
    busiest_ratios.push_back(raw.busiest_us / drained.busiest_us);
    fmt::print("round {}, {} lines a batch: ", round, drained.batch_lines);
    print("drain", drained);
    print("raw", raw);
    fmt::print("ratio {:.2f}, of CPU {:.2f}, of busiest threads {:.2f}\n", ratios.back(),
               cpu_ratios.back(), busiest_ratios.back());
  }
  fmt::print("median ratio {:.2f}, of CPU {:.2f}, of busiest threads {:.2f}\n", median(ratios),
             median(cpu_ratios), median(busiest_ratios));
}

}  // namespace waymark::bench
