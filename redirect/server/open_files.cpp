#include "redirect/server/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace waymark::redirect {
namespace {

// An idle edge has some twenty open, and ten for each thread; segments of the journal that are
// prepared, synced, shipped and adopted come and go, and so do readers of the admin pages.
constexpr std::uint64_t own_files = 64;
constexpr std::uint64_t own_files_of_thread = 32;

}  // namespace

std::uint64_t raise_open_files() noexcept {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return RLIM_INFINITY;
  const rlimit raised{files.rlim_max, files.rlim_max};
  return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : files.rlim_cur;
}

std::uint64_t connections_within(std::uint64_t open_files, std::uint64_t threads) noexcept {
  const std::uint64_t own = own_files + own_files_of_thread * threads;
  return std::max(threads, open_files - std::min(open_files, own));
}

}  // namespace waymark::redirect
