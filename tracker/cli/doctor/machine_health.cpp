#include "tracker/cli/doctor/machine_health.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

namespace waymark::cli {
namespace {

constexpr std::uint64_t files_min = 4'096;
constexpr std::uint64_t disk_bytes_min = 1ULL << 30U;
constexpr std::uint64_t disk_bytes_good = 16ULL << 30U;  // default of journal.max_bytes

}  // namespace

Finding judge_file_limit(std::uint64_t hard_limit) {
  if (hard_limit >= files_min) {
    return {Grade::good,
            "file limit",
            hard_limit == RLIM_INFINITY ? "unlimited" : fmt::format("{} files", hard_limit),
            {}};
  }
  return {Grade::problem, "file limit",
          fmt::format("{} open files: each visitor's connection takes one", hard_limit),
          "raise it: ulimit -Hn 65536 as root, or LimitNOFILE=65536 in the service"};
}

Finding judge_disk(const std::filesystem::path& journal, std::uint64_t free_bytes) {
  const auto text = fmt::format("{:.1f} GiB free for {}",
                                static_cast<double>(free_bytes) / (1ULL << 30U), journal.string());
  if (free_bytes >= disk_bytes_good) {
    return {Grade::good, "journal disk", text, {}};
  }
  const std::string fix = "free space, or set journal.max_bytes below what is free";
  return {free_bytes < disk_bytes_min ? Grade::problem : Grade::warning, "journal disk",
          text + "; journal.max_bytes is 16 GiB by default", fix};
}

Findings check_machine(const std::filesystem::path& journal) {
  Findings findings;
  ::rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    findings.push_back(judge_file_limit(files.rlim_max));
  }
  if (!journal.empty()) {
    std::error_code error;
    const auto space = std::filesystem::space(journal, error);
    findings.push_back(error ? Finding{Grade::problem, "journal disk",
                                       fmt::format("{}: {}", journal.string(), error.message()),
                                       "name the folder of the edge with --journal"}
                             : judge_disk(journal, space.available));
  }
  return findings;
}

}  // namespace waymark::cli
