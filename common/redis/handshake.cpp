#include "common/redis/handshake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace waymark::redis {
namespace {

// Value of `key:value\r\n` in the text of INFO; empty when absent.
std::string_view info_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(key) && line.substr(key.size()).starts_with(':')) {
      return line.substr(key.size() + 1);
    }
  }
  return {};
}

}  // namespace

bool is_supported_version(std::string_view version) noexcept {
  unsigned major = 0;
  unsigned minor = 0;
  const char* const end = version.data() + version.size();
  const auto after_major = std::from_chars(version.data(), end, major);
  if (after_major.ec != std::errc{} || after_major.ptr == end) return false;
  const auto after_minor = std::from_chars(after_major.ptr + 1, end, minor);
  if (*after_major.ptr != '.' || after_minor.ec != std::errc{}) return false;
  return major > 6 || (major == 6 && minor >= 2);
}

Handshake::Handshake(const Url& url, std::string_view name) {
  if (!url.user.empty()) {
    add(Part::auth, {"AUTH", url.user, url.password});
  } else if (!url.password.empty()) {
    add(Part::auth, {"AUTH", url.password});
  }
  if (url.database != 0) {
    add(Part::select, Command{"SELECT"}.add(std::int64_t{url.database}));
  }
  if (!name.empty()) add(Part::set_name, {"CLIENT", "SETNAME", name});
  // Sentinels may still name a master that has just been replaced.
  if (!url.master.empty()) add(Part::role, {"ROLE"});
  add(Part::info, {"INFO", "server"});
}

void Handshake::add(Part part, const Command& command) {
  parts_.push_back(part);
  bytes_ += command.encoded();
}

std::optional<Result<ServerInfo>> Handshake::step(ReplyView reply) {
  const Part part = parts_.at(next_++);
  // The name is a courtesy to operators; a user without the right to set it may go on.
  if (reply.is_error() && part != Part::set_name) return refused(part, reply.text());
  if (part == Part::role && reply[0].text() != "master") {
    explanation_ = "the server that the Sentinels name is no master";
    return Errc::redis_refused;
  }
  if (part != Part::info) return std::nullopt;
  if (!reply.is_text()) {
    explanation_ = "INFO was not answered with text";
    return Errc::redis_protocol;
  }
  return read_info(reply.text());
}

Errc Handshake::refused(Part part, std::string_view answer) {
  std::string_view remedy =
      "the user needs the commands AUTH, SELECT, CLIENT and INFO, with Sentinels also ROLE";
  if (part == Part::auth) {
    remedy = "check user and password in the Redis URL";
  } else if (part == Part::select) {
    remedy = "check the database number in the Redis URL; a Cluster has number 0 alone";
  } else if (answer.starts_with("NOAUTH")) {
    remedy = "put the password into the Redis URL: redis://:PASSWORD@HOST";
  } else if (answer.starts_with("DENIED")) {
    remedy = "protected mode is on: give Redis a password or an address to bind to";
  } else if (answer.starts_with("ERR max number of clients")) {
    remedy = "raise maxclients in redis.conf";
  }
  explanation_ = fmt::format("{}; {}", answer, remedy);
  return Errc::redis_refused;
}

Result<ServerInfo> Handshake::read_info(std::string_view text) {
  ServerInfo info{.version = std::string{info_value(text, "redis_version")},
                  .run_id = std::string{info_value(text, "run_id")},
                  .cluster = info_value(text, "redis_mode") == "cluster"};
  info.supported = is_supported_version(info.version);
  if (info_value(text, "redis_mode") == "sentinel") {
    explanation_ = "this is a Sentinel; write redis+sentinel://HOST,HOST/NAME-OF-THE-MASTER";
    return Errc::redis_refused;
  }
  if (info.supported) return info;
  explanation_ = fmt::format("Redis {} is too old; install 6.2 or newer", info.version);
  return Errc::redis_too_old;
}

}  // namespace waymark::redis
