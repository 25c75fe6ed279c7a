// MACs that are wanted soon, not at once: gathered, then computed side by side (Sha256Lanes), which
// costs a third of one HmacKey::sign() after the other. What a MAC is for is written with the MAC
// left blank, and finish() fills the blanks.
#pragma once

#include "common/hmac.hpp"
#include "common/sha256_lanes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace waymark {

class MacBatch {
 public:
  static constexpr std::size_t macs_max = 16;
  static constexpr std::size_t message_bytes_max = 888;  // with its label

  MacBatch() noexcept {}  // not `= default`: the memory for messages need not be zeroed
  MacBatch(const MacBatch&) = delete;
  MacBatch& operator=(const MacBatch&) = delete;

  // What follows the message in the output, as base64url: `before`, at most two bytes, then the
  // first `mac_bytes` of the MAC.
  struct Blank {
    std::string_view before;
    std::size_t mac_bytes;
    char* out;
  };

  // The MAC of label and message, to be written to the blank; message and `before` are copied. Key
  // and output must live until finish(), which is called here if there is no room.
  void add(const HmacKey& key, std::string_view label, std::string_view message,
           const Blank& blank) noexcept;

  // Fills every blank.
  void finish() noexcept;

 private:
  struct Job {
    const HmacKey* key;
    char* out;
    std::uint32_t message_bytes;
    std::uint32_t blocks;
    std::uint32_t before_bytes;
    std::uint32_t mac_bytes;
    std::array<std::uint8_t, 2> before;
    std::array<std::uint8_t, message_bytes_max + 8> message;  // padded to whole blocks
  };

  void sign_side_by_side(std::span<Job*> jobs) noexcept;
  static void fill(const Job& job, const std::uint8_t* mac) noexcept;

  std::size_t count_ = 0;
  std::array<Job, macs_max> jobs_;
};

}  // namespace waymark
