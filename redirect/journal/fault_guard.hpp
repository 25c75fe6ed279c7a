// Keeps an I/O error on a mapped page from killing the process. The kernel reports it as SIGBUS at
// the load or store; the handler puts an anonymous page in that place, with what the page cache
// still holds of it, and marks the mapping as failed. What is stored from then on is in memory
// only, so its owner must move on to another file.
//
// The table of guarded ranges is the one piece of global state in the program: a signal handler can
// reach nothing else.
#pragma once

#include <cstddef>

namespace waymark::redirect {

class FaultGuard {
 public:
  // Guards `bytes` (whole pages) at `begin`, the file `fd` from offset 0 on; both must stay while
  // this lives. Any thread.
  FaultGuard(void* begin, std::size_t bytes, int fd) noexcept;
  ~FaultGuard();
  FaultGuard(const FaultGuard&) = delete;
  FaultGuard& operator=(const FaultGuard&) = delete;

  // False when ranges_max ranges are guarded already; the mapping must not be used then.
  bool active() const noexcept { return slot_ >= 0; }
  // A page of the range could not be read or written.
  bool failed() const noexcept;

  static constexpr std::size_t ranges_max = 4'096;

 private:
  int slot_ = -1;
};

}  // namespace waymark::redirect
