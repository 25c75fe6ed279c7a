#include "loadtest/kit/witness.hpp"

#include "common/error.hpp"
#include "common/settings.hpp"
#include "loadtest/kit/clicks/click_token.hpp"
#include "loadtest/kit/clicks/store_witness.hpp"
#include "loadtest/kit/clicks/stream_witness.hpp"
#include "loadtest/kit/figures.hpp"
#include "loadtest/kit/result_json.hpp"
#include "loadtest/kit/servers/deployment.hpp"
#include "loadtest/kit/servers/processes.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto progress_every = 1s;

// The names that the parts of Waymark have in chaos plans and reports.
std::string server_name(const std::string& program) {
  if (program == "waymark-redirect") return "edge";
  if (program == "waymark-tracker") return "tracker";
  if (program == "redis-server") return "redis";
  return program;
}

void add_server(std::vector<Server>& servers, Server server) {
  if (std::ranges::find(servers, server.name, &Server::name) == servers.end()) {
    servers.push_back(std::move(server));
  }
}

// The port, when the address is one of this machine's own; else 0.
std::uint16_t port_here(const Endpoint& target) {
  if (target.family() == AF_INET) {
    ::sockaddr_in address{};
    std::memcpy(&address, &target.address, sizeof address);
    constexpr std::uint32_t loopback_net = 127;
    const bool here = ntohl(address.sin_addr.s_addr) >> 24U == loopback_net;
    return here ? ntohs(address.sin_port) : std::uint16_t{0};
  }
  ::sockaddr_in6 address{};
  std::memcpy(&address, &target.address, sizeof address);
  return IN6_IS_ADDR_LOOPBACK(&address.sin6_addr) ? ntohs(address.sin6_port) : std::uint16_t{0};
}

void add_listener(std::vector<Server>& servers, std::uint16_t port) {
  if (const auto pid = port == 0 ? std::nullopt : listener_on(port)) {
    add_server(servers, {server_name(program_of(*pid)), *pid, port});
  }
}

std::chrono::milliseconds read_settle(const std::string& text) {
  const auto settle = waymark::parse_duration(text);
  if (!settle) {
    throw StartupError(exit_code::usage,
                       fmt::format("--settle {}: expected a time such as 30s", text));
  }
  return *settle;
}

std::unique_ptr<ClickWitness> click_witness(const std::string& where, const ApiAccess& access,
                                            double click_rate) {
  if (where == "stream") return std::make_unique<StreamWitness>(access);
  return std::make_unique<StoreWitness>(access, click_rate);
}

std::string lines_of_ids(const std::vector<AnsweredClick>& clicks) {
  std::string lines;
  for (const auto& click : clicks) lines.append(click.id.text()) += '\n';
  return lines;
}

// What may not be overlooked where figures of clicks are read.
void add_notes(Verdict& verdict, const ClickTruth& truth) {
  if (truth.not_reconciled > 0) {
    verdict.notes.push_back(
        fmt::format("{} clicks were not reconciled: {} are remembered at most. Nothing is known of "
                    "them; make the run shorter, or its rate lower.",
                    count_text(truth.not_reconciled), count_text(limits::ledger_clicks_max)));
  }
  if (!truth.incomplete.empty()) {
    verdict.notes.push_back("The clicks were not all looked at: " + truth.incomplete + ".");
  }
}

}  // namespace

Witness::Witness(const WitnessOptions& options, const Endpoint& target, double click_rate,
                 std::chrono::nanoseconds run_time)
    : settle_(read_settle(options.settle)), ids_file_(options.ids_file) {
  auto api = options.api, key_file = options.api_key_file;
  for (const auto& text : options.servers) add_server(servers_, parse_server(text));
  if (!options.deployment.empty()) {
    auto deployment = read_deployment(options.deployment);
    if (api.empty()) api = deployment.api;
    if (key_file.empty()) key_file = deployment.api_key_file;
    for (auto& server : deployment.servers) add_server(servers_, std::move(server));
  }
  add_listener(servers_, port_here(target));
  if (!api.empty()) {
    access_ = api_access(api, key_file);
    clicks_ = click_witness(options.reconcile, *access_, click_rate);
  }
  if (!options.chaos.empty()) {
    chaos_ = std::make_unique<ChaosRunner>(parse_chaos(options.chaos), servers_, run_time);
  }
}

AnswerWatcher* Witness::watcher(std::size_t threads) {
  if (!clicks_ && ids_file_.empty()) return nullptr;
  ledgers_.push_back(std::make_unique<WatchedLedger>(limits::ledger_clicks_max / threads,
                                                     clicks_ ? clicks_->share() : nullptr));
  return ledgers_.back().get();
}

void Witness::WatchedLedger::answered(std::string_view location, std::int64_t /*unix_us*/) {
  if (const auto id = click_id_in(location)) ledger.add(*id, Clock::now());
}

void Witness::start(Clock::time_point start) {
  std::vector<ClickLedger*> ledgers;
  for (const auto& ledger : ledgers_) ledgers.push_back(&ledger->ledger);
  if (clicks_) clicks_->start(std::move(ledgers));
  sampler_ = std::make_unique<ServerSampler>(servers_, start);
  if (chaos_) chaos_->start(start);
}

void Witness::finish(RunResult& result, const std::function<void(const std::string&)>& say) {
  if (sampler_) result.servers = sampler_->finish(result.answered);
  if (chaos_) {
    result.chaos = chaos_->finish();
    for (const auto& failure : chaos_->failures()) say(failure);
  }
  std::vector<AnsweredClick> answered;
  std::uint64_t passed_over = 0;
  for (const auto& ledger : ledgers_) {
    passed_over += ledger->ledger.passed_over();
    ledger->ledger.move_to(answered);
  }
  if (!ids_file_.empty()) write_file(ids_file_, lines_of_ids(answered));
  if (clicks_) {
    result.clicks = reconcile(std::move(answered), say);
    result.clicks->not_reconciled = passed_over;
    add_notes(result.verdict, *result.clicks);
  }
}

ClickTruth Witness::reconcile(std::vector<AnsweredClick> answered,
                              const std::function<void(const std::string&)>& say) {
  ClickTally tally{std::move(answered)};
  auto told = Clock::now();
  const auto progress = [&](const ClickTally& now) {
    if (Clock::now() - told < progress_every) return;
    told = Clock::now();
    say(fmt::format("clicks: {} of {} are in the {}", now.found(), now.answered(),
                    clicks_->name()));
  };
  auto testimony = clicks_->testify(tally, settle_, progress);
  ClickTruth truth;
  truth.source = clicks_->name();
  truth.answered = tally.answered();
  truth.incomplete = std::move(testimony.problem);
  truth.stored = tally.found();
  truth.missing = tally.missing();
  truth.twice = tally.twice();
  truth.late = testimony.late;
  truth.unexpected = tally.unexpected();
  truth.latency = std::move(testimony.latency);
  truth.latency_source = std::move(testimony.latency_source);
  for (const auto& click : tally.missing_clicks(limits::missing_ids_max)) {
    truth.missing_ids.push_back(click.id.text());
  }
  return truth;
}

}  // namespace waymark::loadtest
