#include "redirect/pages/qr_code.hpp"

#include "redirect/decide/query.hpp"
#include "redirect/pages/html.hpp"
#include "redirect/pages/png.hpp"

#include <fmt/format.h>
#include <qrcodegen.hpp>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace waymark::redirect {
namespace {

using qrcodegen::QrCode;

constexpr int quiet_modules = 4;
constexpr std::array<Rgba, 2> black_on_white{{{0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 0xff}}};

constexpr std::string_view svg_tag = "<svg";

int modules_of(const QrCode& code) {
  return code.getSize() + 2 * quiet_modules;
}

// One path; a run of dark modules in a row is one rectangle. The title is for who cannot scan.
// ImageMagick's own renderer draws outlines, as wide as a module, unless it is told not to.
std::string draw_svg(const QrCode& code, std::string_view text) {
  std::string svg = fmt::format(
      "{0} xmlns=\"http://www.w3.org/2000/svg\" "
      "viewBox=\"0 0 {1} {1}\" shape-rendering=\"crispEdges\" stroke=\"none\" "
      "role=\"img\"><title>{2}</title>"
      "<path fill=\"#fff\" d=\"M0 0h{1}v{1}H0z\"/><path d=\"",
      svg_tag, modules_of(code), html_escaped(text));
  for (int y = 0; y < code.getSize(); ++y) {
    for (int x = 0; x < code.getSize();) {
      const int begin = x;
      while (x < code.getSize() && code.getModule(x, y)) ++x;
      if (x == begin) {
        ++x;
        continue;
      }
      svg += fmt::format("M{} {}h{}v1h-{}z", begin + quiet_modules, y + quiet_modules, x - begin,
                         x - begin);
    }
  }
  svg += "\"/></svg>\n";
  return svg;
}

std::optional<std::string> draw_png(const QrCode& code, std::size_t side) {
  const int total = modules_of(code);
  std::vector<std::uint8_t> dots;
  for (int y = -quiet_modules; y < total - quiet_modules; ++y) {
    for (int x = -quiet_modules; x < total - quiet_modules; ++x) {
      dots.push_back(code.getModule(x, y) ? 1 : 0);  // outside of the code all is light
    }
  }
  const auto modules = static_cast<std::size_t>(total);
  return write_png(dots, modules, qr_scale(side, modules), black_on_white);
}

}  // namespace

std::size_t qr_side_of(std::string_view query) noexcept {
  std::size_t side = qr_side_default;
  for_each_parameter(query, [&](const Parameter& parameter) {
    if (parameter.name != "size") return;
    const std::string_view text = parameter.value;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return;
    side = std::clamp<std::size_t>(number, qr_side_min, qr_side_max);
  });
  return side;
}

std::optional<QrPicture> draw_qr(std::string_view text, QrFormat format, std::size_t side) try {
  const QrCode code = QrCode::encodeText(std::string{text}.c_str(), QrCode::Ecc::MEDIUM);
  auto bytes = format == QrFormat::svg ? draw_svg(code, text) : draw_png(code, side);
  if (!bytes) return std::nullopt;
  return QrPicture{std::move(*bytes), static_cast<std::size_t>(modules_of(code))};
} catch (const qrcodegen::data_too_long&) {
  return std::nullopt;
}

std::size_t qr_scale(std::size_t side, std::size_t modules) noexcept {
  return std::max<std::size_t>(1, side / modules);
}

std::string sized_svg(std::string_view svg, std::size_t side) {
  return fmt::format("{0} width=\"{1}\" height=\"{1}\"{2}", svg_tag, side,
                     svg.substr(svg_tag.size()));
}

}  // namespace waymark::redirect
