// What one click and one link cost each part: the figures that `waymark sizing` plans with. Those
// built in were measured by the scripts that deploy/SIZING.md names; what loadtest/sizing-figures
// writes on the operator's own machines takes their place.
#pragma once

#include <string_view>

namespace waymark::cli {

struct SizingFigures {
  // CPU microseconds of one core.
  double edge_us = 8.5;          // a redirect of the request mix, click and shipping included
  double redis_write_us = 0.72;  // a click into the stream
  double redis_read_us = 0.47;   // a click out of it: reading, acknowledging, trimming
  double tracker_us = 6.8;       // a click into SQLite, all threads of the tracker
  double postgres_us = 10.4;     // a click into PostgreSQL, its processes
  double to_postgres_us = 5.3;   // and the tracker beside it
  // Bytes.
  double link_cache_bytes = 271;  // in the cache of an edge of one thread
  double link_entry_bytes = 66;   // and in that of each further thread
  double link_redis_bytes = 282;
  double link_store_bytes = 466;
  double click_journal_bytes = 611;
  double click_stream_bytes = 583;  // in Redis, until it is acknowledged
  double click_store_bytes = 471;   // its row, totals and uniques
  double click_wire_bytes = 1'605;  // request and answer, with the headers of TCP and IP
};

// A JSON object with the names above; what it does not name stays as built in. Throws StartupError
// (exit 2) naming `source` and the member that is unknown or no positive number.
SizingFigures read_figures(std::string_view json, std::string_view source);

}  // namespace waymark::cli
