// A plot of lines as SVG. Colors are CSS classes (s1 .. s4) of the page.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace waymark::loadtest::html {

struct Tick {
  double at;
  std::string text;
};

// Values outside are drawn at its end.
struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;  // low > 0
  std::vector<Tick> ticks;
};

struct Line {
  std::string name;
  std::vector<std::pair<double, double>> points;  // ascending in x
};

// A stretch of x that a reader should see, such as a fault.
struct Band {
  double from;
  double to;
  std::string text;
};

struct Plot {
  std::string title;
  std::string summary;  // for those who do not see it
  Axis x;
  Axis y;
  std::vector<Line> lines;  // at most four
  std::vector<Band> bands;
  std::vector<Tick> readouts;  // shown when the pointer is near that x
};

// A figure with a legend.
std::string svg_plot(const Plot& plot);

// Axes that hold [low, high]: powers of ten divided by 1, 2 and 5; or from 0 in round steps.
Axis logarithmic_axis(double low, double high, std::string (*text)(double));
Axis linear_axis(double high, std::string (*text)(double));

}  // namespace waymark::loadtest::html
