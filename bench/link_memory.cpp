// Memory of a cached link, everything included: `bench_link_memory [links [threads]]`.
#include "bench/support/link_memory.hpp"

#include <fmt/core.h>

#include <cstdlib>

int main(int argc, char** argv) {
  const std::size_t links = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::size_t threads = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const auto memory = waymark::bench::measure_link_memory(links, threads);
  fmt::print(
      "{} links: {:.0f} bytes each, of which {} are slot and index of each thread; cache.bytes "
      "counts {:.0f}; the longest store took {:.0f} us of CPU\n",
      memory.links, memory.bytes_taken, waymark::redirect::SieveStore::entry_bytes,
      memory.bytes_counted, memory.longest_store_us);
}
