// Requests as the clients write them: which headers, in which order, in which spelling.
#pragma once

#include "loadtest/mix/agents.hpp"

#include <string>
#include <string_view>

namespace waymark::mix {

// What a browser is up to.
enum class Purpose { navigate, prefetch, image, frame, fetch };

struct BrowserVisit {
  const Browser* browser = nullptr;
  std::string_view method = "GET";
  std::string target;
  std::string host;
  std::string referer;  // empty: none
  std::string cookies;  // empty: none
  std::string_view languages;
  Purpose purpose = Purpose::navigate;
  bool opts_out = false;  // Sec-GPC: 1
};
std::string write_request(const BrowserVisit& visit);

struct RobotVisit {
  const Robot* robot = nullptr;
  std::string_view method = "GET";
  std::string target;
  std::string host;
  std::string_view version = "HTTP/1.1";
};
std::string write_request(const RobotVisit& visit);

}  // namespace waymark::mix
