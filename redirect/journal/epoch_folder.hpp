// The folder of one epoch, DIR/<16 hex digits>, locked for as long as the object lives. The lock is
// the kernel's (flock on the folder itself), so it ends with the process, however it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace waymark::redirect {

class EpochFolder {
 public:
  // Makes the folder of a new, random epoch: under a temporary name first, so that nobody ever sees
  // it unlocked. Throws StartupError (exit 78) naming the folder and the remedy.
  static EpochFolder create(const std::filesystem::path& dir);
  // Locks a folder that somebody left behind. Empty when another process holds it or it is gone.
  static std::optional<EpochFolder> adopt(const std::filesystem::path& dir, std::uint64_t epoch);

  EpochFolder(EpochFolder&& other) noexcept;
  EpochFolder& operator=(EpochFolder&& other) noexcept;
  ~EpochFolder();

  std::uint64_t epoch() const noexcept { return epoch_; }
  const std::filesystem::path& path() const noexcept { return path_; }

  // Makes names made or removed in the folder durable. False when the disk refuses.
  bool sync() const noexcept;
  // Removes the folder with everything in it.
  void remove() noexcept;
  // Renames the folder to <epoch>.damaged: for people, no process looks into it again.
  void put_aside() noexcept;

 private:
  EpochFolder(int fd, std::uint64_t epoch, std::filesystem::path path) noexcept;

  int fd_ = -1;
  std::uint64_t epoch_ = 0;
  std::filesystem::path path_;
};

// All epochs in `dir`, locked or not, in no order; empty when it cannot be read.
std::vector<std::uint64_t> list_epochs(const std::filesystem::path& dir);
// Removes half-made folders that no process has locked.
void remove_half_made(const std::filesystem::path& dir) noexcept;
// Size of the files in all epochs' folders in `dir`, whoever they belong to, half-made ones and
// those put aside included.
std::uint64_t disk_bytes(const std::filesystem::path& dir) noexcept;

}  // namespace waymark::redirect
