// waymark-mix: writes the request mix for load generators.
#include "loadtest/mix/container.hpp"
#include "loadtest/mix/mix.hpp"

#include <CLI/CLI.hpp>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

using namespace waymark;

std::ofstream create(const std::filesystem::path& file) {
  std::ofstream out{file, std::ios::binary};
  if (!out) throw StartupError{exit_code::failure, "cannot write " + file.string()};
  return out;
}

void write(const mix::MixOptions& options, const std::filesystem::path& folder, bool own_keys) {
  std::filesystem::create_directories(folder);
  auto requests = create(folder / "requests.mix");
  mix::write_mix_file(requests, mix::make_mix(options));
  auto links = create(folder / "links.redis");
  mix::write_redis_commands(links, mix::mix_records(options));
  if (own_keys) create(folder / "keys") << mix::mix_keys_file();
}

}  // namespace

int main(int argc, char** argv) try {
  mix::MixOptions options;
  options.now = static_cast<std::uint64_t>(std::time(nullptr));
  std::string folder;
  std::string keys;
  CLI::App app{"Writes DIR/requests.mix, DIR/links.redis and, without --keys, DIR/keys"};
  app.add_option("--out", folder, "folder to write to; made when missing")->required();
  app.add_option("--seed", options.seed, "same seed, same mix")->capture_default_str();
  app.add_option("--count", options.count, "requests")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--links", options.links, "links")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--zipf", options.zipf_exponent, "how steep popularity falls")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 5.0));
  app.add_option("--now", options.now, "unix seconds the cookies are valid at (default: now)");
  app.add_option("--keys", keys, "keys file that signs the cookies");
  CLI11_PARSE(app, argc, argv);
  if (!keys.empty()) options.keys = KeyRing::load(keys);
  write(options, folder, keys.empty());
  return exit_code::ok;
} catch (const StartupError& error) {
  std::cerr << "waymark-mix: " << error.what() << '\n';
  return error.exit_code();
}
