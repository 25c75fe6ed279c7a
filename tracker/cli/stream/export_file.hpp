// A file that is written page by page and can be gone on with after any interruption: beside it
// lies FILE.resume, which says how many bytes of it are whole and where to go on. A torn line, or
// pages that FILE.resume does not know of, are cut off when it is opened again.
#pragma once

#include "tracker/cli/stream/click_pages.hpp"

#include <cstdint>
#include <string>

namespace waymark::cli {

struct ExportState {
  ClickRange range;
  std::string format;
  std::uint64_t bytes = 0;   // of the file that are whole
  std::uint64_t clicks = 0;  // in them
};

std::string export_state_text(const ExportState& state);
// Throws CommandFailure for a text that is none.
ExportState parse_export_state(const std::string& text);

class ExportFile {
 public:
  // A new file, which must not exist yet, or (`resume`) one that was begun; its state then takes
  // the place of `state`. Throws CommandFailure naming the file and the way out.
  ExportFile(std::string name, bool resume, ExportState& state);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  // Appends, waits for the disk, then notes `state` (with its bytes) in FILE.resume.
  void append(const std::string& text, ExportState& state);
  // There is no more: FILE.resume goes.
  void finish();

 private:
  void note(const ExportState& state) const;

  std::string name_;
  int descriptor_ = -1;
};

}  // namespace waymark::cli
