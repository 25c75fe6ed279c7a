// What a new connection says first, in one write: AUTH, SELECT, CLIENT SETNAME, behind Sentinels
// ROLE, and INFO server. Pure: it is given the replies and answers with what it learnt, or why this
// server cannot be used.
#pragma once

#include "common/error.hpp"
#include "common/redis/connection.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redis {

class Handshake {
 public:
  Handshake(const Url& url, std::string_view name);

  const std::string& bytes() const noexcept { return bytes_; }

  // Takes one reply. Nothing while more must come; then the server's figures or redis_refused,
  // redis_too_old or redis_protocol. No call after that.
  std::optional<Result<ServerInfo>> step(ReplyView reply);

  // For the log, after a failure: what Redis said and what to do about it.
  const std::string& explanation() const noexcept { return explanation_; }

 private:
  enum class Part { auth, select, set_name, role, info };
  void add(Part part, const Command& command);
  Errc refused(Part part, std::string_view answer);
  Result<ServerInfo> read_info(std::string_view text);

  std::vector<Part> parts_;  // one reply each
  std::size_t next_ = 0;
  std::string bytes_;
  std::string explanation_;
};

// Versions such as "6.2.14"; anything else counts as too old.
bool is_supported_version(std::string_view version) noexcept;

}  // namespace waymark::redis
