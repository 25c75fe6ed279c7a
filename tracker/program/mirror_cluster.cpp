// The mirror in a Cluster. Keys of different slots cannot be watched or written together there, so
// that the guard of MirrorStep takes another form:
//
// - Each of the markers (common/redis/fill_tags.hpp) is looked at before records are written, and
//   replaced with SET ... XX GET afterwards: a server that was flushed or replaced in between has
//   lost it, and shows that by the answer.
// - A fill puts its word into the markers that do not stand, where no edge takes it for a marker;
//   the others stay: a master that lost its data alone concerns nobody else's.
// - A record is replaced by a transaction of its own.
#include "common/redis/fill_tags.hpp"
#include "common/redis/keys.hpp"
#include "tracker/program/ask_all.hpp"
#include "tracker/program/ids.hpp"
#include "tracker/program/mirror_impl.hpp"
#include "tracker/program/mirror_records.hpp"

#include <algorithm>
#include <utility>

namespace waymark::tracker {
namespace {

using boost::asio::awaitable;
using redis::fill_marker_keys;

constexpr std::chrono::milliseconds deadline{2'000};

}  // namespace

awaitable<Result<std::vector<redis::Reply>>> Mirror::Impl::read_markers() {
  std::vector<redis::Command> commands;
  for (const std::string& key : fill_marker_keys()) commands.emplace_back("GET", key);
  co_return co_await ask_all(connection_, std::move(commands), deadline);
}

// What all of them together say: the lowest, unless some marker is missing or of another store.
// One beyond the store's last change tells that the store was set back.
std::optional<std::string> Mirror::Impl::markers_say(const mirror_event::Inspected& seen) const {
  std::optional<FillMarker> said;
  for (const std::string& text : believed_) {
    const auto marker = parse_fill_marker(text);
    if (!stands(text, seen)) {
      if (marker && marker->store_id == seen.store_id && marker->generation == seen.generation) {
        return text;  // beyond
      }
      return std::nullopt;
    }
    if (!said || marker->change < said->change) said = marker;
  }
  return said->text();
}

bool Mirror::Impl::stands(std::string_view text, const mirror_event::Inspected& seen) {
  const auto marker = parse_fill_marker(text);
  return marker && marker->store_id == seen.store_id && marker->generation == seen.generation &&
         marker->change <= seen.last_change;
}

awaitable<MirrorEvent> Mirror::Impl::inspect_cluster() {
  const auto markers = co_await read_markers();
  if (!markers) co_return failed("inspect", markers.error());
  believed_.clear();
  for (const redis::Reply& marker : *markers) {
    if (marker.is_error()) co_return refused("inspect", marker);
    believed_.emplace_back(marker.text());
  }
  auto seen = co_await read_identity();
  if (!seen) co_return failed("read the store", seen.error());
  seen->marker = markers_say(*seen);
  seen_ = *seen;
  co_return std::move(*seen);
}

awaitable<MirrorEvent> Mirror::Impl::begin_cluster_fill() {
  const std::string word = "filling:" + new_id("", 0);
  std::vector<redis::Command> commands;
  for (std::size_t i = 0; i < believed_.size(); ++i) {
    if (stands(believed_[i], seen_)) continue;
    believed_[i] = word;
    commands.emplace_back("SET", fill_marker_keys()[i], word);
  }
  const auto set = co_await ask_all(connection_, std::move(commands), deadline);
  if (!set) co_return failed("begin a fill", set.error());
  for (const redis::Reply& reply : *set) {
    if (reply.is_error()) co_return refused("begin a fill", reply);
  }
  co_return mirror_event::Begun{};
}

awaitable<MirrorEvent> Mirror::Impl::write_cluster(mirror_do::Write what) {
  const auto markers = co_await read_markers();
  if (!markers) co_return failed("write", markers.error());
  for (std::size_t i = 0; i < believed_.size(); ++i) {
    if ((*markers)[i].is_error()) co_return refused("write", (*markers)[i]);
    if ((*markers)[i].text() != believed_[i]) co_return mirror_event::GuardLost{};
  }
  const bool partly = scope_ == MirrorScope::what_is_held;
  if (partly && !what.expected_marker) {
    if (const auto kept = co_await keep_held(); !kept) co_return failed("fill", kept.error());
  }
  std::vector<std::vector<redis::Command>> transactions;
  for (const Change& change : changes_) {
    transactions.push_back(partly && what.expected_marker ? announce_commands({change})
                                                          : replace_commands({change}));
  }
  const auto done = co_await transact_all(connection_, std::move(transactions), deadline);
  if (!done) co_return failed("write", done.error());
  for (const redis::Reply& reply : *done) {
    if (reply.is_error()) co_return refused("write", reply);
    for (std::size_t i = 0; i < reply.size(); ++i) {
      if (reply[i].is_error()) co_return refused("write", reply[i]);
    }
  }
  counts_.records += changes_.size();
  if (what.marker) co_return co_await move_markers(std::move(*what.marker));
  co_return mirror_event::Written{};
}

awaitable<MirrorEvent> Mirror::Impl::move_markers(std::string marker) {
  std::vector<redis::Command> commands;
  for (const std::string& key : fill_marker_keys()) {
    commands.emplace_back("SET", key, marker, "XX", "GET");
  }
  const auto before = co_await ask_all(connection_, std::move(commands), deadline);
  if (!before) co_return failed("write", before.error());
  std::vector<redis::Command> undo;
  for (std::size_t i = 0; i < believed_.size(); ++i) {
    if ((*before)[i].is_error()) co_return refused("write", (*before)[i]);
    if ((*before)[i].text() != std::exchange(believed_[i], marker)) {
      undo.emplace_back("DEL", fill_marker_keys()[i]);
    }
  }
  if (undo.empty()) co_return mirror_event::Written{};
  const auto undone = co_await ask_all(connection_, std::move(undo), deadline);
  if (!undone) co_return failed("write", undone.error());
  co_return mirror_event::GuardLost{};
}

}  // namespace waymark::tracker
