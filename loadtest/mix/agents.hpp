// Who sends requests: browsers with the headers that go with them, and robots with theirs.
#pragma once

#include "loadtest/mix/mix.hpp"

#include <span>

namespace waymark::mix {

// Decides which headers a browser sends, and in which order.
enum class Engine { chromium, firefox, webkit, android_view, ios_view };

struct Browser {
  double weight;
  Engine engine;
  const char* user_agent;
  const char* brands = "";          // sec-ch-ua
  const char* platform = "";        // sec-ch-ua-platform
  const char* requested_with = "";  // the app around an Android view
  bool mobile() const;
};

std::span<const Browser> browsers();
std::span<const Browser> in_app_browsers();

struct Robot {
  double weight;
  Kind kind;
  const char* user_agent;  // empty: the header is left out
  const char* accept;
  const char* extra;  // more header lines, each with its line end
};

std::span<const Robot> robots();

}  // namespace waymark::mix
