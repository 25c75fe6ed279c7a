// The markers of a Cluster (common/redis/fill_tags.hpp), or the one of a single server, as this
// edge has seen them, and the file that keeps them.
#pragma once

#include "redirect/links/fill_history.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace waymark::redirect {

class FillMarkers {
 public:
  // As FillHistory::observe(), for the marker at `key`. One that was never seen while others were
  // must be there, and not behind all of them.
  bool observe(const std::string& key, std::string_view text);

  // `<key> <marker>` for each line of each marker; a line without a key is of wm:filled.
  std::string text() const;
  static FillMarkers parse(std::string_view text);

  // True once after text() has changed.
  bool take_changed();

 private:
  std::map<std::string, FillHistory, std::less<>> markers_;  // of which something was seen
};

// The file `filled` in the journal's folder. A missing or unreadable file is without markers;
// writing replaces the file as a whole, waits for the disk, and reports success.
FillMarkers read_markers(const std::filesystem::path& file);
bool write_markers(const std::filesystem::path& file, std::string_view text);

}  // namespace waymark::redirect
