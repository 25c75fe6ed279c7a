// The process_* figures every Prometheus client offers, read from /proc. For Metrics::render().
#pragma once

#include <string>

namespace waymark {

// Appends the figures that can be read as Prometheus text.
void append_process_stats(std::string& text);

}  // namespace waymark
