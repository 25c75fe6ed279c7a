#include "loadtest/kit/run_options.hpp"

#include "common/error.hpp"
#include "loadtest/kit/amount.hpp"
#include "loadtest/kit/machine.hpp"
#include "loadtest/kit/read_by.hpp"
#include "loadtest/kit/scenario.hpp"
#include "loadtest/kit/threshold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::loadtest {
namespace {

constexpr std::size_t threads_max = 256;
constexpr std::size_t connections_max = 100'000;
constexpr std::size_t files_beside = 64;  // besides connections

RatePlan rates_of(const RunOptions& options) {
  if (!options.stages.empty()) return RatePlan{parse_stages("--stages", options.stages)};
  const double seconds =
      std::chrono::duration<double>(parse_duration("--duration", options.duration)).count();
  const double rate = parse_rate("--rate", options.rate);
  return RatePlan{{Stage{seconds, rate, rate}}};
}

RequestCommon common_of(const RunOptions& options, const Target& target) {
  RequestCommon common;
  common.authority = options.host.empty() ? target.authority : options.host;
  common.headers = options.headers;
  common.status = options.expect;
  common.own_connection =
      options.no_keepalive ? 1 : parse_share("--new-connection", options.new_connection);
  for (const std::string& header : options.headers) {
    if (header.find(':') == std::string::npos ||
        header.find_first_of("\r\n") != std::string::npos) {
      throw StartupError(exit_code::usage,
                         fmt::format("--header: '{}' is not of the form 'Name: value'", header));
    }
  }
  return common;
}

void check_sizes(const RunOptions& options) {
  const std::size_t files = raise_file_limit();
  if (options.connections + files_beside > files) {
    throw StartupError(exit_code::usage,
                       fmt::format("--connections: {} need more open files than the {} that this "
                                   "process may have; raise the limit (ulimit -n)",
                                   options.connections, files));
  }
  if (options.connections < options.threads) {
    throw StartupError(exit_code::usage,
                       fmt::format("--connections: {} are not one for each of {} threads",
                                   options.connections, options.threads));
  }
}

void read_thresholds(std::string_view, std::string_view text) {
  parse_thresholds(text);
}

void read_chaos(std::string_view, std::string_view text) {
  parse_chaos(text);
}

void add_witness_options(CLI::App& app, WitnessOptions& options) {
  auto* clicks = app.add_option_group("Truth about clicks");
  auto* api = clicks->add_option("--api", options.api,
                                 "reconcile the clicks through the API of this tracker");
  clicks->add_option("--api-key-file", options.api_key_file, "file that holds its key")->needs(api);
  clicks
      ->add_option("--reconcile", options.reconcile,
                   "with what: the rows of the store, or the click stream in Redis")
      ->check(CLI::IsMember({"store", "stream"}));
  clicks->add_option("--click-ids", options.ids_file,
                     "write the ids of all clicks answered to that file, one a line; needs no API");
  clicks->add_option("--settle", options.settle, "how long clicks are waited for after the run");

  auto* servers = app.add_option_group("Servers");
  servers->add_option("--deployment", options.deployment,
                      "folder of a 'waymark up' on this machine: gives API, key and servers");
  servers
      ->add_option("--server", options.servers,
                   "NAME=PID or NAME=:PORT on this machine: read for CPU and memory; repeatable")
      ->allow_extra_args(false);
  read_by(read_chaos,
          servers->add_option(
              "--chaos", options.chaos,
              "done to those servers: NAME-stall@WHEN+FOR or kill-NAME@WHEN, with commas"));
}

}  // namespace

void add_run_options(CLI::App& app, RunOptions& options) {
  add_scenario_flag(app);
  app.add_option("URL", options.url, "what is loaded: http://HOST[:PORT]/PATH, or https")
      ->required();

  app.option_defaults()->always_capture_default();
  auto* load = app.add_option_group("Load");
  read_by(parse_rate,
          load->add_option("--rate", options.rate, "requests a second, such as 500 or 20k"));
  read_by(parse_duration, load->add_option("--duration", options.duration, "such as 30s or 5m"));
  read_by(parse_stages,
          load->add_option(
              "--stages", options.stages,
              "instead of both: DURATION:RATE or DURATION:FROM..TO, such as 30s:1k,2m:1k..20k"))
      ->excludes("--rate")
      ->excludes("--duration");
  load->add_option("--arrivals", options.arrivals, "constant, or poisson: independent visitors")
      ->check(CLI::IsMember({"constant", "poisson"}));
  load->add_flag("--closed", options.closed,
                 "no rate: each connection asks again when it was answered");
  load->add_option("--connections", options.connections,
                   "at most open at a time (with --closed: just as many)")
      ->check(CLI::Range(std::size_t{1}, connections_max));
  load->add_option("--threads", options.threads, "threads of the generator")
      ->check(CLI::Range(std::size_t{1}, threads_max));
  read_by(parse_duration, load->add_option("--timeout", options.timeout, "for one answer"));
  load->add_option("--seed", options.seed, "of everything drawn by chance");

  auto* request = app.add_option_group("Requests");
  request->add_option("--header", options.headers, "'Name: value', added to each; repeatable")
      ->allow_extra_args(false);
  auto* host = request->add_option("--host", options.host,
                                   "the field Host, where it differs from the URL's");
  request
      ->add_option("--expect", options.expect,
                   "the only good status (default: any 2xx or 3xx, and 410)")
      ->check(CLI::Range(100, 999));
  request->add_flag("--no-keepalive", options.no_keepalive, "a connection for each request");
  read_by(parse_share,
          request->add_option("--new-connection", options.new_connection,
                              "share of requests on a connection of their own, such as 10%"));
  request->add_flag("--insecure", options.insecure, "https: take any certificate");
  request->add_option("--ca", options.ca_file, "https: certificates to trust, PEM");

  add_mix_flags(app, options.mix);
  host->excludes(app.get_option("--mix"));  // whose requests have their own
  add_witness_options(app, options.witness);

  auto* verdict = app.add_option_group("Verdict");
  read_by(
      read_thresholds,
      verdict->add_option("--require", options.require,
                          "what the run must reach, such as 'p99<2ms,errors<0.01%'; else exit 99"));
  read_by(read_thresholds,
          verdict->add_option(
              "--find-max", options.find_max,
              "search the highest rate that meets this, from --rate upwards, each try for "
              "--duration"))
      ->excludes("--require")
      ->excludes(load->get_option("--stages"))
      ->excludes(load->get_option("--closed"));

  auto* output = app.add_option_group("Output");
  output->add_option("--label", options.label, "a name for the run");
  output->add_flag("--quiet", options.quiet, "no line each second");
  output->add_option("--json", options.json_file, "write the result to that file; - for stdout");
  output->add_option("--html", options.html_file, "write a page of plots to that file");
}

RunPlan make_plan(const RunOptions& options, std::vector<std::string> command_line) {
  check_sizes(options);
  const Target target = parse_target(options.url);
  RunPlan plan;
  plan.url = options.url;
  plan.label = options.label;
  plan.command_line = std::move(command_line);
  plan.rates = rates_of(options);
  if (!options.closed && plan.rates.requests() < 1) {
    throw StartupError(exit_code::usage, "the plan has no request: use a higher rate (--rate)");
  }
  plan.requests = make_requests(options.mix, target, common_of(options, target), options.seed,
                                options.witness.api, options.witness.api_key_file);
  plan.closed = options.closed;
  plan.arrivals = options.arrivals == "poisson" ? ArrivalKind::poisson : ArrivalKind::constant;
  plan.seed = options.seed;
  plan.threads = options.threads;
  plan.connections = options.connections;
  plan.timeout = parse_duration("--timeout", options.timeout);
  plan.server = find_server(target);
  if (target.tls) {
    plan.tls =
        std::make_shared<TlsClient>(TlsOptions{target.host, options.ca_file, options.insecure});
  }
  return plan;
}

}  // namespace waymark::loadtest
