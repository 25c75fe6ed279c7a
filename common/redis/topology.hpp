// Which master of a Redis Cluster holds which slots, as CLUSTER SLOTS tells it, and the
// redirections MOVED and ASK. Pure.
#pragma once

#include "common/redis/reply.hpp"
#include "common/redis/slots.hpp"
#include "common/redis/url.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redis {

class Topology {
 public:
  Topology() { owners_.fill(nobody); }

  // Reads the answer to CLUSTER SLOTS of the server at `asked`, whose host stands for a missing
  // one. Nothing when the reply has another form or names no master.
  static std::optional<Topology> read(ReplyView reply, const Address& asked);

  // The master of a slot; null when none serves it.
  const Address* master_of(std::uint16_t slot) const noexcept;
  // Every master that has slots, each once, in the order of their first slots.
  const std::vector<Address>& masters() const noexcept { return masters_; }
  // How many slots have no master.
  std::size_t unserved() const noexcept;

  // What MOVED says, until the whole is read again.
  void move(std::uint16_t slot, const Address& to);

  friend bool operator==(const Topology&, const Topology&) = default;

 private:
  static constexpr std::uint16_t nobody = 0xFFFF;
  std::uint16_t number_of(const Address& master);

  std::vector<Address> masters_;
  std::array<std::uint16_t, slots_count> owners_;  // index in masters_
};

// An error reply that names another server.
struct Redirection {
  bool ask = false;  // for this command alone, after ASKING; else for the slot from now on
  std::uint16_t slot = 0;
  Address to;
  friend bool operator==(const Redirection&, const Redirection&) = default;
};
// `MOVED 3999 127.0.0.1:6381` or `ASK ...`; nothing for any other text. Without a host the server
// at `asked` means its own.
std::optional<Redirection> parse_redirection(std::string_view error, const Address& asked);

}  // namespace waymark::redis
