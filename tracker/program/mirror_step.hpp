// The rules of writing links, campaigns and domains through to Redis (shipping.md rule 13) as a
// step function: it is told what happened and says what to do next. Mirror is the shell that does
// it.
//
//   inspect --> watching:   another tracker writes; its marker tells what Redis holds --> pause
//          \-> following:  read changes after the marker --> write them and the marker --> pause
//          \-> filling:     begin --> read from 0 --> write ... --> write the marker last -->
//          following
//
// A marker of our own generation beyond the store's last change means that the store was set back.
// Edges have seen that change and would wait for it: so the fill gets a generation of its own.
//
// Every write is guarded: it takes effect only while a key in Redis still holds what this one
// believes (the marker when following; a random word, set when a fill begins, when filling). A
// Redis that was flushed or replaced in between has lost that key, so that a marker can never claim
// records that are gone.
#pragma once

#include "common/redis/fill_marker.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace waymark::tracker {

struct MirrorTiming {
  std::size_t page = 200;                    // records in one write
  std::chrono::milliseconds poll{250};       // how soon a flush is noticed
  std::chrono::milliseconds watch{25};       // likewise a write of another, while somebody waits
  std::chrono::milliseconds fill_pace{10};   // between two pages of a fill
  std::chrono::milliseconds retry_min{100};  // after a failure, doubling
  std::chrono::milliseconds retry_max{2'000};
};

namespace mirror_event {
struct Started {};
// What Redis and the store said. `marker`: value of wm:filled, if any.
struct Inspected {
  std::optional<std::string> marker;
  std::string store_id, generation;
  std::uint64_t last_change = 0;
  bool may_write = true;  // whether it is this tracker's turn (the lease `mirror`)
};
struct Renewed {
  std::string generation;  // of the store from now on
};
struct Begun {};  // the fill word is in Redis
// Changes were read: how many, and the number of the last one.
struct Read {
  std::size_t count = 0;
  std::uint64_t last = 0;
};
struct Written {};
struct GuardLost {};  // Redis is not what it was
struct LeaseLost {};  // it is another tracker's turn; nothing was written
struct Failed {};     // Redis or the store did not answer, or refused
struct Woke {
  bool nudged = false;  // something was changed, before the time was over
};
}  // namespace mirror_event

using MirrorEvent = std::variant<mirror_event::Started, mirror_event::Inspected,
                                 mirror_event::Renewed, mirror_event::Begun, mirror_event::Read,
                                 mirror_event::Written, mirror_event::GuardLost,
                                 mirror_event::LeaseLost, mirror_event::Failed, mirror_event::Woke>;

namespace mirror_do {
struct Inspect {
  friend bool operator==(const Inspect&, const Inspect&) = default;
};
struct RenewGeneration {
  friend bool operator==(const RenewGeneration&, const RenewGeneration&) = default;
};
struct BeginFill {
  friend bool operator==(const BeginFill&, const BeginFill&) = default;
};
struct ReadChanges {
  std::uint64_t after = 0;
  std::size_t limit = 0;
  friend bool operator==(const ReadChanges&, const ReadChanges&) = default;
};
// Writes what was read last.
struct Write {
  // The marker that must still stand; nothing: the fill word must.
  std::optional<std::string> expected_marker;
  // Set with the records; with a fill, this ends it.
  std::optional<std::string> marker;
  friend bool operator==(const Write&, const Write&) = default;
};
struct Pause {
  std::chrono::milliseconds time{0};
  bool nudgeable = true;
  friend bool operator==(const Pause&, const Pause&) = default;
};
}  // namespace mirror_do

using MirrorDo = std::variant<mirror_do::Inspect, mirror_do::RenewGeneration, mirror_do::BeginFill,
                              mirror_do::ReadChanges, mirror_do::Write, mirror_do::Pause>;

class MirrorStep {
 public:
  explicit MirrorStep(MirrorTiming timing = {}) : timing_(timing) {}

  MirrorDo step(const MirrorEvent& event);

  // Redis holds every change up to this one; 0 while that is unknown or a fill is under way.
  std::uint64_t mirrored_change() const noexcept {
    return phase_ == Phase::following || phase_ == Phase::watching ? at_ : 0;
  }
  bool filling() const noexcept { return phase_ == Phase::filling; }
  bool watching() const noexcept { return phase_ == Phase::watching; }

 private:
  enum class Phase { unknown, watching, following, filling };

  MirrorDo on(const mirror_event::Started&);
  MirrorDo on(const mirror_event::Inspected& seen);
  MirrorDo on(const mirror_event::Renewed& renewed);
  MirrorDo on(const mirror_event::Begun&);
  MirrorDo on(const mirror_event::Read& read);
  MirrorDo on(const mirror_event::Written&);
  MirrorDo on(const mirror_event::GuardLost&);
  MirrorDo on(const mirror_event::LeaseLost&);
  MirrorDo on(const mirror_event::Failed&);
  MirrorDo on(const mirror_event::Woke& woke);
  mirror_do::ReadChanges read_next() const { return {at_, timing_.page}; }
  MirrorDo begin_fill();
  std::string marker_at(std::uint64_t change) const;

  MirrorTiming timing_;
  Phase phase_ = Phase::unknown;
  std::string store_id_, generation_;
  std::uint64_t at_ = 0;     // changes up to here are in Redis
  mirror_event::Read read_;  // what is being written
  std::chrono::milliseconds retry_{0};
};

}  // namespace waymark::tracker
