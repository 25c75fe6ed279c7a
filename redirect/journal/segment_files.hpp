// Makes segment files: whole, durable and zeroed where data will begin, before anybody can meet
// them under their final name. A file is never shortened and its name never used again.
#pragma once

#include "common/error.hpp"
#include "redirect/journal/epoch_folder.hpp"
#include "redirect/journal/pace.hpp"
#include "redirect/journal/segment.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

namespace waymark::redirect {

// A new segment of `bytes`, ready to be written to. With `recycled`, that file is renamed and used
// again instead of taking new disk space; it must have the same size, and nobody may use it. Pages
// are made present at `pace`. Fails with journal_full (no space, quota) or journal_io; nothing is
// left behind then.
Result<std::shared_ptr<Segment>> make_segment(
    const EpochFolder& folder, const SegmentName& name, std::size_t bytes,
    const std::optional<std::filesystem::path>& recycled = std::nullopt, Pace pace = Pace{});

// Brings a file that others wrote to disk, at `pace`; one that has gone is no failure. Fails with
// journal_io.
Result<void> sync_file(const std::filesystem::path& file, Pace pace);

// Removes a segment's file, at `pace`. Fails with journal_io.
Result<void> remove_segment(const std::filesystem::path& file, Pace pace);

// Writes the records of a segment whose disk failed, from memory, to a new file, synced and sealed.
// Fails like make_segment().
Result<std::shared_ptr<Segment>> rescue_segment(const EpochFolder& folder, const SegmentName& name,
                                                Segment& failed);

}  // namespace waymark::redirect
