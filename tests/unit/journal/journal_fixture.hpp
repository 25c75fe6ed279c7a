// A journal of one origin without the keeper's threads: segments are made when a test says so.
#pragma once

#include "redirect/journal/epoch_folder.hpp"
#include "redirect/journal/origin_journal.hpp"
#include "redirect/journal/reader.hpp"
#include "redirect/journal/segment_files.hpp"
#include "redirect/journal/writer.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

inline constexpr std::size_t small_segment = 64 * 1024;

class JournalFixture {
 public:
  explicit JournalFixture(bool sync_each = false)
      : folder(EpochFolder::create(directory.path())),
        origin(std::make_shared<OriginJournal>(epoch_text(folder.epoch()), 0, sync_each)),
        writer(std::make_unique<JournalWriter>(*origin)) {
    origin->on_work([this] { prepare(); });
    prepare();
  }

  void prepare() {
    if (!preparing || !origin->wants_prepared()) return;
    auto made = make_segment(folder, {folder.epoch(), 0, next_id++}, small_segment);
    ASSERT_TRUE(made);
    origin->put_prepared(*made);
  }

  Result<Sequence> append(std::string_view line, std::uint64_t unix_ms = 1'700'000'000'000) {
    auto room = writer->reserve();
    if (!room) return room.error();
    std::memcpy(*room, line.data(), line.size());
    return writer->commit(line.size(), unix_ms);
  }

  // Everything from `first` on, in batches of at most `batch_bytes`; losses as "<lost a-b>".
  std::vector<std::string> read_all(Sequence first, Sequence last, std::size_t batch_bytes) {
    JournalReader reader{*origin};
    std::vector<std::string> found;
    std::vector<std::string_view> lines;
    while (first <= last) {
      const auto batch = reader.read({first, last}, batch_bytes, lines);
      if (batch.lost()) {
        found.push_back("<lost " + std::to_string(batch.range.first) + "-" +
                        std::to_string(batch.range.last) + ">");
      }
      for (const auto line : lines) found.emplace_back(line);
      first = batch.range.last + 1;
    }
    return found;
  }

  waymark::test::TemporaryFolder directory;
  EpochFolder folder;
  std::shared_ptr<OriginJournal> origin;
  std::unique_ptr<JournalWriter> writer;
  std::uint64_t next_id = 1;
  bool preparing = true;
};

inline std::string numbered_line(Sequence sequence, std::size_t padding = 0) {
  return "{\"n\":" + std::to_string(sequence) + ",\"p\":\"" + std::string(padding, 'x') + "\"}\n";
}

}  // namespace waymark::redirect
