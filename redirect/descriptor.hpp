// An open file descriptor, closed with the object.
#pragma once

#include <unistd.h>

namespace waymark::redirect {

class Descriptor {
 public:
  // Takes what open() and its like return; a negative one is none.
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

}  // namespace waymark::redirect
