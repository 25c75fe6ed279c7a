#include "tracker/store/batch.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace waymark::tracker {

std::string_view TextArena::copy(std::string_view text) {
  if (text.empty()) return {};
  used_bytes_ += text.size();
  if (text.size() > block_bytes) {  // no line is that long, but nothing breaks if one were
    large_.emplace_back(text);
    return large_.back();
  }
  if (blocks_.empty() || offset_ + text.size() > block_bytes) {
    if (!blocks_.empty()) ++block_;
    if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<char[]>(block_bytes));
    offset_ = 0;
  }
  char* out = blocks_[block_].get() + offset_;
  std::memcpy(out, text.data(), text.size());
  offset_ += text.size();
  return {out, text.size()};
}

void TextArena::clear() noexcept {
  large_.clear();
  block_ = 0;
  offset_ = 0;
  used_bytes_ = 0;
}

void Batch::add(const Click& click) {
  Click& copy = clicks_.emplace_back(click);
  for (std::string_view* text :
       {&copy.code,        &copy.host,    &copy.link,       &copy.campaign,       &copy.referrer,
        &copy.destination, &copy.channel, &copy.share,      &copy.referring_host, &copy.query_json,
        &copy.ip,          &copy.ipk,     &copy.user_agent, &copy.device,         &copy.os,
        &copy.language,    &copy.country, &copy.bot,        &copy.list,           &copy.outcome}) {
    *text = texts_.copy(*text);
  }
}

OriginNews& Batch::origin(const Origin& origin) {
  OriginNews& news = origins_[origin.key()];
  if (news.edge.empty()) news.edge = origin.edge;
  return news;
}

std::size_t Batch::clicks_before(std::uint64_t unix_ms) const {
  const auto kept =
      std::partition_point(clicks_.begin(), clicks_.end(),
                           [unix_ms](const Click& click) { return click.id.unix_ms() < unix_ms; });
  return static_cast<std::size_t>(kept - clicks_.begin());
}

void Batch::sort() {
  const auto by_id = [](const Click& a, const Click& b) { return a.id < b.id; };
  // Lines of one origin come sorted already.
  if (std::is_sorted(clicks_.begin(), clicks_.end(), by_id)) return;
  // Clicks are large: small keys are sorted, then each click moves once.
  order_.clear();
  for (const Click& click : clicks_) {
    order_.push_back({.high = boost::endian::load_big_u64(click.id.bytes.data()),
                      .low = boost::endian::load_big_u64(click.id.bytes.data() + 8),
                      .place = order_.size()});
  }
  std::sort(order_.begin(), order_.end());
  for (std::size_t start = 0; start < order_.size(); ++start) {
    if (order_[start].place == start) continue;
    const Click first = clicks_[start];
    std::size_t hole = start;
    while (order_[hole].place != start) {
      clicks_[hole] = clicks_[order_[hole].place];
      hole = std::exchange(order_[hole].place, hole);
    }
    clicks_[hole] = first;
    order_[hole].place = hole;
  }
}

void Batch::clear() noexcept {
  texts_.clear();
  clicks_.clear();
  dead_.clear();
  origins_.clear();
  resolved_dead_.clear();
}

}  // namespace waymark::tracker
