#include "redirect/pages/qr_desk.hpp"

#include "common/limits.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redirect {
namespace {

std::size_t cost(const std::string& name, const std::string& picture) noexcept {
  constexpr std::size_t bookkeeping = 256;
  return 2 * name.size() + picture.size() + bookkeeping;
}

}  // namespace

QrDesk::QrDesk(double rate) : drawings_(rate, std::max(1.0, rate)) {}

QrDesk::Answer QrDesk::find(std::string_view text, QrFormat format, std::size_t side,
                            std::uint64_t now_ms) {
  std::string name{format == QrFormat::svg ? "svg " : "png "};
  name.append(std::to_string(side)).append(" ").append(text);
  if (const auto at = pictures_.find(name); at != pictures_.end()) {
    return {Status::kept, at->second};
  }
  if (drawings_.empty(now_ms)) return {Status::too_fast, nullptr};
  drawings_.take(now_ms);
  auto drawn = draw_qr(text, format, side);
  if (!drawn) return {Status::failed, nullptr};
  auto picture = std::make_shared<const std::string>(std::move(*drawn));
  keep(std::move(name), picture);
  return {Status::drawn, std::move(picture)};
}

void QrDesk::keep(std::string name, const Picture& picture) {
  bytes_ += cost(name, *picture);
  while (bytes_ > limits::qr_bytes_max && !order_.empty()) {
    const auto oldest = pictures_.find(order_.front());
    bytes_ -= cost(oldest->first, *oldest->second);
    pictures_.erase(oldest);
    order_.pop_front();
    ++evictions_;
  }
  order_.push_back(name);
  pictures_.emplace(std::move(name), picture);
}

}  // namespace waymark::redirect
