// Reads a journal folder for people: what is in it, and what is damaged. For command.hpp; a running
// process uses OriginJournal.
#pragma once

#include "common/ranges.hpp"
#include "redirect/journal/scan.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::redirect {

struct SegmentReport {
  SegmentName name;
  std::string unreadable;  // the system's message; empty when it could be read
  SegmentScan scan;
};

// One origin of one epoch.
struct OriginReport {
  std::vector<SegmentReport> segments;  // in order of their records
  SequenceSet numbers;                  // of valid records
  std::vector<SequenceRange> missing;   // between the lowest and the highest of them
  bool damaged() const;
};

using JournalReport = std::map<std::string, OriginReport>;  // by <epoch>/<thread>

// Empty when `dir` is no folder. A single epoch's folder will do as well. `each` gets the records
// of one origin after another, each number once, in order.
std::optional<JournalReport> inspect_journal(
    const std::filesystem::path& dir,
    const std::function<void(const std::string& origin, const Record&)>& each = nullptr);

}  // namespace waymark::redirect
