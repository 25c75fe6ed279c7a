#include "loadtest/kit/html/svg_plot.hpp"

#include "loadtest/kit/html/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace waymark::loadtest::html {
namespace {

constexpr double width = 760;
constexpr double height = 280;
constexpr double left = 64;
constexpr double right = 30;
constexpr double top = 10;
constexpr double bottom = 30;

double share_along(const Axis& axis, double value) {
  const double clamped = std::clamp(value, axis.low, axis.high);
  const double share = axis.logarithmic
                           ? std::log(clamped / axis.low) / std::log(axis.high / axis.low)
                           : (clamped - axis.low) / (axis.high - axis.low);
  return std::isfinite(share) ? share : 0;
}

double x_of(const Plot& plot, double value) {
  return left + share_along(plot.x, value) * (width - left - right);
}

double y_of(const Plot& plot, double value) {
  return height - bottom - share_along(plot.y, value) * (height - top - bottom);
}

std::string grid(const Plot& plot) {
  std::string text;
  for (const auto& tick : plot.y.ticks) {
    const double y = y_of(plot, tick.at);
    text += fmt::format(
        "<line class=grid x1={0:.0f} x2={1:.0f} y1={2:.1f} y2={2:.1f} />"
        "<text class=ty x={3:.0f} y={4:.1f}>{5}</text>\n",
        left, width - right, y, left - 8, y + 4, escaped(tick.text));
  }
  for (const auto& tick : plot.x.ticks) {
    const double x = x_of(plot, tick.at);
    text += fmt::format(
        "<line class=grid x1={0:.1f} x2={0:.1f} y1={1:.0f} y2={2:.0f} />"
        "<text class=tx x={0:.1f} y={3:.0f}>{4}</text>\n",
        x, top, height - bottom, height - 10, escaped(tick.text));
  }
  return text;
}

std::string bands(const Plot& plot) {
  std::string text;
  for (const auto& band : plot.bands) {
    const double from = x_of(plot, band.from);
    const double wide = std::max(2.0, x_of(plot, band.to) - from);
    text += fmt::format(
        "<rect class=band x={:.1f} y={:.0f} width={:.1f} height={:.0f}><title>{}</title></rect>\n",
        from, top, wide, height - top - bottom, escaped(band.text));
  }
  return text;
}

std::string lines(const Plot& plot) {
  std::string text;
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    text += fmt::format("<polyline class=\"line s{}\" points=\"", i + 1);
    for (const auto& [x, y] : plot.lines[i].points) {
      text += fmt::format("{:.1f},{:.1f} ", x_of(plot, x), y_of(plot, y));
    }
    text += "\" />\n";
  }
  return text;
}

// Invisible columns that show what stands at their place.
std::string readouts(const Plot& plot) {
  std::string text;
  double start = left;
  for (std::size_t i = 0; i < plot.readouts.size(); ++i) {
    const double here = x_of(plot, plot.readouts[i].at);
    const double end = i + 1 < plot.readouts.size()
                           ? (here + x_of(plot, plot.readouts[i + 1].at)) / 2
                           : width - right;
    text += fmt::format(
        "<rect class=readout x={:.1f} y={:.0f} width={:.1f} "
        "height={:.0f}><title>{}</title></rect>\n",
        start, top, std::max(0.0, end - start), height - top - bottom,
        escaped(plot.readouts[i].text));
    start = end;
  }
  return text;
}

std::string legend(const Plot& plot) {
  std::string text = "<ul class=legend>";
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    text += fmt::format(
        "<li><svg width=26 height=8 aria-hidden=true><line class=\"line s{}\" x1=0 x2=26 y1=4 y2=4 "
        "/></svg> {}</li>",
        i + 1, escaped(plot.lines[i].name));
  }
  if (!plot.bands.empty()) text += "<li><span class=bandkey></span> fault</li>";
  return text + "</ul>\n";
}

}  // namespace

std::string svg_plot(const Plot& plot) {
  return fmt::format(
             "{}<div class=scroll><svg class=plot role=img viewBox=\"0 0 {:.0f} {:.0f}\" "
             "aria-label=\"{}\">\n",
             legend(plot), width, height, escaped(plot.title + ". " + plot.summary)) +
         bands(plot) + grid(plot) + lines(plot) + readouts(plot) + "</svg></div>\n";
}

Axis logarithmic_axis(double low, double high, std::string (*text)(double)) {
  Axis axis{std::max(low, 1.0), std::max(high, 10.0), true, {}};
  const auto power_of = [](double value) { return std::pow(10, value); };
  // The next of 1, 2 and 5 outwards.
  std::vector<double> steps;
  for (int power = 0; power <= 13; ++power) {
    for (const double digit : {1.0, 2.0, 5.0}) steps.push_back(digit * power_of(power));
  }
  const auto above = std::upper_bound(steps.begin(), steps.end(), axis.low);
  axis.low = above == steps.begin() ? steps.front() : *(above - 1);
  axis.high = *std::lower_bound(steps.begin(), steps.end() - 1, axis.high);
  if (axis.high <= axis.low) axis.high = axis.low * 10;
  const bool wide = axis.high / axis.low > 500;
  for (const double step : steps) {
    const double digit = step / power_of(std::floor(std::log10(step) + 1e-9));
    if (step < axis.low || step > axis.high || (wide && digit > 1.5)) continue;
    axis.ticks.push_back({step, text(step)});
  }
  return axis;
}

Axis linear_axis(double high, std::string (*text)(double)) {
  if (high <= 0) high = 1;
  const double raw = high / 5;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = power * 10;
  for (const double digit : {5.0, 2.0, 1.0}) {
    if (power * digit >= raw) step = power * digit;
  }
  Axis axis{0, std::ceil(high / step - 1e-9) * step, false, {}};
  for (double at = 0; at <= axis.high * (1 + 1e-9); at += step)
    axis.ticks.push_back({at, text(at)});
  return axis;
}

}  // namespace waymark::loadtest::html
