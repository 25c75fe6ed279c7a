// What one reading of wm:stream and wm:committed says about an origin (rule 4). Pure.
#pragma once

#include "common/ranges.hpp"
#include "common/redis/stream_id.hpp"

#include <optional>
#include <string>

namespace waymark::redirect {

struct Reading {
  std::string word{};                 // incarnation of the origin's shard; empty when missing
  std::string generation{};           // of the store; empty when none is published
  std::optional<StreamId> through{};  // all entries up to it are acknowledged
  std::optional<Figure> figure{};     // of this origin
};

}  // namespace waymark::redirect
