// A lock among the processes of one machine (more exactly: of one network namespace) that the
// kernel drops with the process that has it, however that ends.
#pragma once

#include "common/error.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace waymark::tracker {

class ProcessLock {
 public:
  // Fails with conflict when another process (or another lock of this one) has it, and with the
  // system's error when there can be no lock. `name` is at most 100 bytes long.
  static Result<ProcessLock> take(std::string_view name);

  ProcessLock(ProcessLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ProcessLock& operator=(ProcessLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~ProcessLock();

  // Names the processes among which these locks work: this run of the machine and its network
  // namespace. Another word each time where the system does not tell.
  static std::string scope();

 private:
  explicit ProcessLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace waymark::tracker
