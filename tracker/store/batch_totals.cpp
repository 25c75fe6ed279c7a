#include "tracker/store/batch_totals.hpp"

#include <xxhash.h>

#include <algorithm>

namespace waymark::tracker {

namespace {

constexpr std::uint64_t quarter_ms = 15 * 60 * 1000;

std::string_view class_of(const Click& click) {
  return click.bot.empty() ? click.outcome : click.bot;
}

}  // namespace

std::size_t BatchTotals::CellHash::operator()(const Cell& cell) const noexcept {
  std::uint64_t hash = cell.quarter_ms + (cell.test ? 1 : 0);
  for (const std::string_view text :
       {cell.link, cell.host, cell.code, cell.channel, cell.click_class}) {
    hash = XXH3_64bits_withSeed(text.data(), text.size(), hash);
  }
  return hash;
}

void BatchTotals::count(const Click& click, bool unique) {
  const Cell cell{.link = click.link,
                  .host = click.host,
                  .code = click.code,
                  .channel = click.channel,
                  .click_class = class_of(click),
                  .quarter_ms = click.unix_ms / quarter_ms * quarter_ms,
                  .test = click.test};
  Sums& sums = cells_[cell];
  ++sums.raw;
  if (click.counted()) ++sums.counted;
  if (unique) ++sums.uniques;
}

std::vector<std::pair<BatchTotals::Cell, BatchTotals::Sums>> BatchTotals::sorted() const {
  std::vector<std::pair<Cell, Sums>> cells{cells_.begin(), cells_.end()};
  std::sort(cells.begin(), cells.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return cells;
}

std::set<std::string_view> BatchTotals::counted_links() const {
  std::set<std::string_view> links;
  for (const auto& [cell, sums] : cells_) {
    if (sums.counted > 0 && !cell.link.empty()) links.insert(cell.link);
  }
  return links;
}

}  // namespace waymark::tracker
