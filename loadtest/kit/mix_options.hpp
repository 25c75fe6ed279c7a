// The flags of `waymark-loadtest run` that say what is asked for.
#pragma once

#include "loadtest/kit/address.hpp"
#include "loadtest/kit/fixed_request.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace waymark::loadtest {

// As written.
struct MixFlags {
  std::string mix_file;
  std::string codes;
  double zipf = 0;
  std::string unknown = "0";
  std::string head = "0";
  std::string crawlers = "0";
  std::string previews = "0";
  std::string tools = "0";
  std::string returning = "0";
  bool queries = false;
  std::vector<std::string> channels;
};

void add_mix_flags(CLI::App& app, MixFlags& flags);

// `api` and its key file serve `--codes api`. Throws StartupError.
std::shared_ptr<const RequestPlan> make_requests(const MixFlags& flags, const Target& target,
                                                 const RequestCommon& common, std::uint64_t seed,
                                                 const std::string& api,
                                                 const std::string& api_key_file);

}  // namespace waymark::loadtest
