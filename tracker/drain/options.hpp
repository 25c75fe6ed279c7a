// Settings of the drain.
#pragma once

#include "common/redis/keys.hpp"
#include "common/redis/url.hpp"
#include "common/settings.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace waymark::tracker {

struct DrainOptions {
  redis::Url url;  // redis.stream
  // stream.protect: groups that hold back trimming. Missing ones are made at 0.
  std::vector<std::string> protect{std::string{redis_keys::drain_group}};
  Bytes stream_bytes_max{4 * GiB};  // stream.max_bytes, of each shard
  // stream.keep: how long entries stay that every protected group has acknowledged.
  std::chrono::milliseconds stream_keep{60'000};
  // How long the figures of an origin that has ended stay in Redis.
  std::chrono::milliseconds journal_keep{std::chrono::hours{24}};
  std::chrono::milliseconds publish_every{200};
  std::chrono::milliseconds read_block{1'000};
  // How often trackers that have ended are looked for.
  std::chrono::milliseconds look_for_ended_every{2'000};
  // When an entry that this tracker has pending counts as forgotten: no command is waited for that
  // long. One that is still in hand then, since the store is slow, is read once more in vain.
  std::chrono::milliseconds forgotten_after{10'000};
};

}  // namespace waymark::tracker
