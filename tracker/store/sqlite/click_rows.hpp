// Clicks of a batch as the rows of a memory table, in the columns of table clicks.
#pragma once

#include "common/click_line.hpp"
#include "tracker/store/sqlite/memory_table.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker::sqlite {

class ClickRows final : public MemoryRows {
 public:
  // Only their ids will be read.
  void show(std::span<const Click> clicks);
  // The clicks at `places`; `uniques` holds a flag for each click. Clicks and flags must live as
  // long as the rows are read.
  void show(std::span<const Click> clicks, const std::vector<bool>& uniques,
            std::vector<std::size_t> places);

  // Column list for add_memory_table.
  static constexpr std::string_view columns =
      "id, ts, code, host, link, campaign, referrer, visitor, new, prev, destination, rule, "
      "channel,"
      " share, ref, query, ip, ipk, ua, device, os, lang, country, bot, outcome, test, is_unique,"
      " list";

  std::size_t size() const override { return places_.size(); }
  void read(std::size_t row, int column, ColumnValue value) override;

 private:
  using UuidText = std::array<char, Uuid::text_bytes>;

  std::span<const Click> clicks_;
  const std::vector<bool>* uniques_ = nullptr;
  std::vector<std::size_t> places_;
  UuidText id_, visitor_, previous_;  // of the row that is being read
};

}  // namespace waymark::tracker::sqlite
