// The flags of `waymark-loadtest run`, and the plan they make.
#pragma once

#include "loadtest/kit/mix_options.hpp"
#include "loadtest/kit/run.hpp"
#include "loadtest/kit/witness.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace waymark::loadtest {

// As written; make_plan() reads them.
struct RunOptions {
  std::string url;
  std::string rate = "1k";
  std::string duration = "10s";
  std::string stages;
  std::string arrivals = "constant";
  bool closed = false;
  std::size_t connections = 256;
  std::size_t threads = 1;
  std::string timeout = "10s";
  bool no_keepalive = false;
  std::string new_connection = "0";
  std::vector<std::string> headers;
  std::string host;
  int expect = 0;
  std::uint64_t seed = 1;
  bool insecure = false;
  std::string ca_file;
  std::string label;
  MixFlags mix;
  WitnessOptions witness;

  bool quiet = false;
  std::string json_file;
  std::string html_file;
  std::string require;
  std::string find_max;
};

void add_run_options(CLI::App& app, RunOptions& options);

// Reads files and finds the server. Throws StartupError.
RunPlan make_plan(const RunOptions& options, std::vector<std::string> command_line);

}  // namespace waymark::loadtest
