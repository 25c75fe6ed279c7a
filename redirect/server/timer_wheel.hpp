// Deadlines of connections, coarse and cheap: setting a later deadline is one store. Connections
// hang in the slot of the deadline they had when they were last filed, and are filed again when the
// wheel comes by too early.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace waymark::redirect {

// To be inherited by what has a deadline.
struct WheelEntry {
  WheelEntry* previous = nullptr;
  WheelEntry* next = nullptr;
  std::uint64_t filed_tick = 0;
  std::uint64_t deadline_ms = 0;
};

class TimerWheel {
 public:
  static constexpr std::uint64_t tick_ms = 250;

  TimerWheel() {
    for (WheelEntry& slot : slots_) slot.previous = slot.next = &slot;
  }

  void set(WheelEntry& entry, std::uint64_t deadline_ms) noexcept {
    entry.deadline_ms = deadline_ms;
    const std::uint64_t tick = deadline_ms / tick_ms + 1;
    if (entry.next != nullptr && tick >= entry.filed_tick)
      return;  // later: when the wheel comes by
    remove(entry);
    file(entry, tick);
  }

  void remove(WheelEntry& entry) noexcept {
    if (entry.next == nullptr) return;
    entry.previous->next = entry.next;
    entry.next->previous = entry.previous;
    entry.previous = entry.next = nullptr;
  }

  // Calls `expired(entry)` for each deadline that has passed. The entry is out of the wheel then.
  template <class Expired>
  void advance(std::uint64_t now_ms, Expired&& expired) {
    const std::uint64_t tick = now_ms / tick_ms;
    if (tick - tick_ > slots_.size()) tick_ = tick - slots_.size();  // every slot once is enough
    while (tick_ < tick) {
      ++tick_;
      WheelEntry& slot = slots_[tick_ % slots_.size()];
      WheelEntry* entry = slot.next;
      slot.previous = slot.next = &slot;
      while (entry != &slot) {
        WheelEntry* const next = entry->next;
        entry->previous = entry->next = nullptr;
        if (entry->deadline_ms <= now_ms) {
          expired(*entry);
        } else {
          file(*entry, entry->deadline_ms / tick_ms + 1);
        }
        entry = next;
      }
    }
  }

 private:
  void file(WheelEntry& entry, std::uint64_t tick) noexcept {
    entry.filed_tick = tick;
    WheelEntry& slot = slots_[tick % slots_.size()];
    entry.previous = slot.previous;
    entry.next = &slot;
    slot.previous->next = &entry;
    slot.previous = &entry;
  }

  std::array<WheelEntry, 512> slots_;
  std::uint64_t tick_ = 0;
};

}  // namespace waymark::redirect
