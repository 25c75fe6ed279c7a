// A segment file's bytes in memory, guarded against I/O errors. Files are never shortened while
// Waymark runs, so a mapping stays valid even after its file has been removed.
#pragma once

#include "common/error.hpp"
#include "redirect/journal/fault_guard.hpp"
#include "redirect/journal/pace.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

namespace waymark::redirect {

class Mapping {
 public:
  // For writing: pages are made present, at `pace`, so that the first store into one costs no disk
  // access. Takes over `fd`, also on failure. Fails with journal_io.
  static Result<std::shared_ptr<Mapping>> writable(int fd, std::size_t bytes, Pace pace);
  // For reading what is there. Fails with journal_io.
  static Result<std::shared_ptr<Mapping>> readable(const std::filesystem::path& file);
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  char* data() const noexcept { return data_; }
  std::span<const std::byte> bytes() const noexcept {
    return {reinterpret_cast<const std::byte*>(data_), size_};
  }
  // A page could not be read or written.
  bool failed() const noexcept { return guard_->failed(); }
  // Waits until what was stored in [begin, end) is on disk. After a failure the kernel may have
  // dropped the pages' dirty marks: no later success says anything about them.
  bool sync(std::size_t begin, std::size_t end) const noexcept;
  // The same; most of the work is done before, at `pace`.
  bool sync(std::size_t begin, std::size_t end, Pace pace) const noexcept;
  // What is there of [begin, end) will be read soon: asks the disk for it, and does not wait.
  void will_need(std::size_t begin, std::size_t end) const noexcept;
  // Takes the pages out of this process, at `pace`, so that the destructor has little to do; who
  // still reads finds them again. Only of what is on disk.
  void release(Pace pace) noexcept;

 private:
  Mapping(int fd, char* data, std::size_t size) noexcept;
  static Result<std::shared_ptr<Mapping>> map(int fd, std::size_t bytes, int protection);
  bool make_present(std::size_t begin, std::size_t end) noexcept;

  int fd_;
  char* data_;
  std::size_t size_;
  std::optional<FaultGuard> guard_;
};

}  // namespace waymark::redirect
