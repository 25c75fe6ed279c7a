// What becomes of an import, told while it goes on and at its end: counts, a table of the lines
// that failed, and a result for every line where one was asked for.
#pragma once

#include "tracker/cli/import/line_sender.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::cli {

struct ImportOptions {
  bool dry_run = false;
  bool json = false;    // every result on standard output
  std::string results;  // file for every result; empty: none
};

class ImportReport {
 public:
  // Throws StartupError (exit 2) when the file for results cannot be written.
  explicit ImportReport(ImportOptions options);

  void take(std::vector<LineOutcome> outcomes);
  // The table and the sums. After a stop, too: what was made stays.
  void finish();

  std::size_t failed() const noexcept { return failed_; }
  std::size_t last_line() const noexcept { return last_line_; }

 private:
  // In a dry run nothing is stored: an id, a key or a code that two lines want shows here alone.
  void check_against_earlier(LineOutcome& outcome);
  void take(LineOutcome outcome);
  void show_progress() const;

  struct Taken {
    std::size_t line;
    std::string content;
  };

  ImportOptions options_;
  std::ofstream results_;
  std::map<std::string, Taken> taken_;  // of a dry run, by what is taken
  std::vector<std::vector<std::string>> failures_;
  std::size_t made_ = 0, there_ = 0, failed_ = 0, last_line_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  bool on_terminal_;
};

}  // namespace waymark::cli
