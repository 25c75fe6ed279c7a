#include "redirect/pages/qr_desk.hpp"

#include "common/limits.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redirect {
namespace {

constexpr std::size_t bookkeeping_bytes = 256;  // of a code, and of each of its pictures

std::size_t scale_of(QrFormat format, std::size_t side, std::size_t modules) noexcept {
  return format == QrFormat::svg ? 0 : qr_scale(side, modules);
}

QrDesk::Picture handed_out(const QrDesk::Picture& picture, QrFormat format, std::size_t side) {
  if (format == QrFormat::png) return picture;
  return std::make_shared<const std::string>(sized_svg(*picture, side));
}

}  // namespace

QrDesk::QrDesk(double rate) : drawings_(rate, std::max(1.0, rate)) {}

QrDesk::Picture QrDesk::kept(const std::string& text, QrFormat format, std::size_t side) const {
  const auto code = codes_.find(text);
  if (code == codes_.end()) return nullptr;
  const auto& [modules, bytes, pictures] = code->second;
  const auto at = std::ranges::find(pictures, scale_of(format, side, modules), &Scaled::scale);
  return at == pictures.end() ? nullptr : handed_out(at->picture, format, side);
}

QrDesk::Drawing QrDesk::draw(const std::string& text, QrFormat format, std::size_t side,
                             std::uint64_t now_ms) {
  if (drawings_.empty(now_ms)) return {Status::too_fast, nullptr};
  drawings_.take(now_ms);
  auto drawn = draw_qr(text, format, side);
  if (!drawn) return {Status::failed, nullptr};
  const auto picture = std::make_shared<const std::string>(std::move(drawn->bytes));
  keep(text, drawn->modules, {scale_of(format, side, drawn->modules), picture});
  return {Status::drawn, handed_out(picture, format, side)};
}

void QrDesk::keep(const std::string& text, std::size_t modules, Scaled picture) {
  const auto [at, is_new] = codes_.try_emplace(text);
  Code& code = at->second;
  std::size_t added = picture.picture->size() + bookkeeping_bytes;
  if (is_new) {
    order_.push_back(text);
    code.modules = modules;
    added += 2 * text.size() + bookkeeping_bytes;
  }
  code.pictures.push_back(std::move(picture));
  code.bytes += added;
  bytes_ += added;
  while (bytes_ > limits::qr_bytes_max) {
    const auto oldest = codes_.find(order_.front());
    bytes_ -= oldest->second.bytes;
    codes_.erase(oldest);
    order_.pop_front();
    ++evictions_;
  }
}

}  // namespace waymark::redirect
