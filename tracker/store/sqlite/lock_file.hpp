// Keeps a second tracker away from an embedded store: SQLite itself would let both in and make them
// wait for each other's commits.
#pragma once

#include <filesystem>

namespace waymark::tracker::sqlite {

class LockFile {
 public:
  // Locks `<store>.lock` for the life of this object (the kernel drops it with the process, however
  // it ends). Throws StartupError naming the store and the remedy when another process holds it.
  explicit LockFile(const std::filesystem::path& store);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace waymark::tracker::sqlite
