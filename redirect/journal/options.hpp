// Settings of the journal (keys journal.*). Plain data; bound by the program's configuration.
#pragma once

#include "common/settings.hpp"

#include <chrono>
#include <filesystem>

namespace waymark::redirect {

struct JournalOptions {
  std::filesystem::path dir;      // journal.dir; made when missing
  Bytes segment_bytes{16 * MiB};  // journal.segment_bytes, at least segment_bytes_min
  Bytes max_bytes{16 * GiB};      // journal.max_bytes, over everything in `dir`
  std::chrono::milliseconds keep{24 * 60 * 60 * 1000};  // journal.keep, of committed clicks
  std::chrono::milliseconds sync{1'000};                // journal.sync; 0 = before each answer

  static constexpr std::uint64_t segment_bytes_min = 64 * KiB;
  static constexpr std::uint64_t segment_bytes_max = 1 * GiB;
};

}  // namespace waymark::redirect
