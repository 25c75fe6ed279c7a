#include "redirect/journal/fault_guard.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <mutex>

namespace waymark::redirect {
namespace {

struct Slot {
  std::atomic<std::uintptr_t> begin{0};  // 0: free
  std::atomic<std::uintptr_t> end{0};    // 0: not guarded yet
  std::atomic<int> fd{-1};
  std::atomic<bool> failed{false};
};

std::array<Slot, FaultGuard::ranges_max> slots;

// Async-signal-safe: system calls and lock-free atomics only.
bool replace_page(Slot& slot, std::uintptr_t address) noexcept {
  const auto page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t page = address / page_bytes * page_bytes;
  void* fresh =
      ::mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (fresh == MAP_FAILED) return false;
  // The page cache may still hold what the disk refuses; if not, the page stays zero.
  const auto offset = static_cast<off_t>(page - slot.begin.load());
  [[maybe_unused]] const auto got = ::pread(slot.fd.load(), fresh, page_bytes, offset);
  slot.failed.store(true, std::memory_order_release);
  return ::mremap(fresh, page_bytes, page_bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
                  reinterpret_cast<void*>(page)) != MAP_FAILED;
}

void on_sigbus(int, siginfo_t* info, void*) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Slot& slot : slots) {
    if (slot.begin.load() <= address && address < slot.end.load() && replace_page(slot, address)) {
      return;
    }
  }
  // Not ours: let the instruction fault again, this time fatally.
  std::signal(SIGBUS, SIG_DFL);
}

void install_handler() {
  struct sigaction action {};
  action.sa_sigaction = on_sigbus;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

FaultGuard::FaultGuard(void* begin, std::size_t bytes, int fd) noexcept {
  static std::once_flag once;
  std::call_once(once, install_handler);
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    std::uintptr_t free = 0;
    if (!slots[i].begin.compare_exchange_strong(free, address)) continue;
    slots[i].fd.store(fd);
    slots[i].failed.store(false);
    slots[i].end.store(address + bytes);  // last: from here on the handler sees the range
    slot_ = static_cast<int>(i);
    return;
  }
}

FaultGuard::~FaultGuard() {
  if (!active()) return;
  Slot& slot = slots[static_cast<std::size_t>(slot_)];
  slot.end.store(0);
  slot.begin.store(0);
}

bool FaultGuard::failed() const noexcept {
  return active() && slots[static_cast<std::size_t>(slot_)].failed.load(std::memory_order_acquire);
}

}  // namespace waymark::redirect
