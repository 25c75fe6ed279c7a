// The pages of the admin listener, the same in both programs: /livez (and /healthz), /readyz,
// /metrics, /version, /config. It serves what it is given and knows nothing about the program; the
// listener itself is an http::Server.
#pragma once

#include "common/http/server.hpp"

#include <functional>
#include <string>
#include <vector>

namespace waymark {

// One condition of readiness, by name, with a word about its state.
struct ReadyCheck {
  std::string name;
  bool ok = false;
  std::string detail;
};

// What the program knows from data that has versions of its own, as `agents`, `1.60.0+eac757`.
struct DataVersion {
  std::string name;
  std::string version;
};

// Where the pages come from. Every function is called on the thread of the admin server, must not
// wait, and may be called at any time between start() and the destruction of the server.
struct AdminSources {
  std::string program;  // "waymark-redirect"
  // True while the event loops turn. It never asks Redis or the store, and stays true while
  // draining.
  std::function<bool()> live;
  // Ready when every check is. Redis belongs here only where nothing works without it.
  std::function<std::vector<ReadyCheck>()> ready;
  std::function<std::string()> metrics;                       // Prometheus text
  std::function<std::string()> config;                        // JSON, secrets masked
  std::function<std::vector<std::string>()> key_ids;          // signing key first; may be empty
  std::function<std::vector<DataVersion>()> data_versions{};  // for /version; may be missing
};

// GET and HEAD only: other methods answer 405, other paths 404. `/readyz?verbose` lists the checks
// as JSON; the status is the same with and without.
http::Handler admin_pages(AdminSources sources);

}  // namespace waymark
