// Runs a fuzz target on damaged seeds: deterministic, bounded, with any compiler.
//
//   fuzz_NAME [--runs N] [--seed N] [--dump FILE]     N mutations of the seeds
//   fuzz_NAME FILE...                                 these inputs as they are
//
// An input that breaks the target is written to the dump file (default: fuzz.input).
#include "tests/fuzz/fuzz.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

namespace waymark::fuzz {
namespace {

constexpr std::size_t input_bytes_max = 64 * 1024;

std::string current;  // the input that is being tried
const char* dump = "fuzz.input";

// Only what a handler of signals may do.
extern "C" void keep_input(int signal_number) {
  const int file = ::open(dump, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0) {
    const ssize_t written = ::write(file, current.data(), current.size());
    ::close(file);
    static_cast<void>(written);
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void run(std::string input) {
  current = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

// One small change. Some keep the input in shape on purpose: a word of the target, a piece of
// another seed.
void change(std::string& input, const std::vector<std::string>& from,
            const std::vector<std::string>& dictionary, Random& random) {
  const std::size_t at = below(random, input.size() + 1);
  const std::size_t length = 1 + below(random, below(random, 2) == 0 ? 4 : 64);
  const bool inside = at < input.size();
  switch (below(random, 9)) {
    case 0:
      if (inside) input[at] = static_cast<char>(input[at] ^ (1 << below(random, 8)));
      break;
    case 1:
      if (inside) input[at] = static_cast<char>(random());
      break;
    case 2:
      if (inside) input.erase(at, length);
      break;
    case 3:
      if (inside) input.insert(below(random, input.size()), input.substr(at, length));
      break;
    case 4:
      input.insert(at, 1 + below(random, 3), static_cast<char>(random()));
      break;
    case 5: {
      const std::string& other = from[below(random, from.size())];
      const std::size_t start = below(random, other.size());
      input.insert(at, other.substr(start, length * 4));
      break;
    }
    case 6:
      if (below(random, 8) == 0) input.resize(at);
      break;
    case 7:
      if (below(random, 64) == 0) input.insert(at, 1 << below(random, 14), input[at / 2]);
      break;
    default:
      if (!dictionary.empty()) input.insert(at, dictionary[below(random, dictionary.size())]);
  }
  if (input.empty()) input.push_back('\0');
}

int mutate(std::size_t runs, std::uint64_t seed) {
  Random random{seed};
  const auto from = seeds();
  const auto dictionary = words();
  for (const std::string& input : from) run(input);
  for (std::size_t i = 0; i < runs; ++i) {
    std::string input = from[below(random, from.size())];
    for (std::size_t changes = 1 + below(random, 6); changes > 0; --changes) {
      change(input, from, dictionary, random);
    }
    input.resize(std::min(input.size(), input_bytes_max));
    run(std::move(input));
  }
  std::printf("%zu seeds and %zu mutations\n", from.size(), runs);
  return 0;
}

}  // namespace
}  // namespace waymark::fuzz

int main(int argc, char** argv) {
  using namespace waymark::fuzz;
  std::size_t runs = 100'000;
  std::uint64_t seed = 1;
  std::vector<const char*> files;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--runs" && has_value) {
      runs = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--seed" && has_value) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--dump" && has_value) {
      dump = argv[++i];
    } else if (word.starts_with("-")) {
      std::fprintf(stderr, "usage: %s [--runs N] [--seed N] [--dump FILE] | FILE...\n", argv[0]);
      return 2;
    } else {
      files.push_back(argv[i]);
    }
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    std::signal(number, keep_input);
  }
  for (const char* name : files) {
    std::ifstream file{name, std::ios::binary};
    run({std::istreambuf_iterator<char>{file}, {}});
  }
  return files.empty() ? mutate(runs, seed) : 0;
}
