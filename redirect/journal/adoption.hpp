// Takes over what a dead process left behind: locks the folder, reads every segment once and makes
// the journals of its origins from what is valid.
#pragma once

#include "redirect/journal/epoch_folder.hpp"
#include "redirect/journal/origin_journal.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace waymark::redirect {

struct AdoptedEpoch {
  EpochFolder folder;
  std::vector<std::shared_ptr<OriginJournal>> origins;  // with at least one record each
  std::uint64_t records = 0;
  std::uint64_t damaged_places = 0;
  // Files of which nothing could be read, or not all that is there: they must not be deleted.
  std::uint64_t unreadable_files = 0;

  // Everything in it is done with: removes the folder, or puts it aside with unreadable files.
  void dispose() noexcept;
};

// Empty when the folder is locked by another process or gone, or when it held no click: then it is
// disposed of. Reads everything, which may take long; `stop` is asked between segments and ends it.
std::shared_ptr<AdoptedEpoch> adopt_epoch(const std::filesystem::path& dir, std::uint64_t epoch,
                                          const std::function<bool()>& stop);

}  // namespace waymark::redirect
