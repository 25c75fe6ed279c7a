// Every setting of waymark-tracker with its default. The comments are the manual; Settings binds
// them by key (design 3.6).
#pragma once

#include "common/code.hpp"
#include "common/log.hpp"
#include "common/settings.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace waymark::tracker {

struct TrackerConfig {
  ListenAddress listen{"127.0.0.1", 8090};         // API and dashboard
  ListenAddress public_listen{"127.0.0.1", 8091};  // pages that need no key
  ListenAddress admin{"127.0.0.1", 9090};          // health, metrics, version, settings in force

  // One server for all, or two: links may live in a cache that evicts, the stream must not.
  std::string redis = "redis://127.0.0.1:6379";
  std::string redis_links;   // empty: as `redis`
  std::string redis_stream;  // likewise

  // sqlite:PATH, for one tracker on one machine; or postgresql://USER:PASSWORD@HOST/DATABASE with
  // whatever parameters libpq knows (sslmode, sslrootcert, passfile), for several.
  std::string store = "sqlite:waymark.db";

  // Keys file shared with the edges. Without it click tokens cannot be read; ids still can.
  std::string keys;
  // Holds one secret API key with owner's rights; made when missing. Empty: only keys of the store.
  std::string bootstrap_key_file;

  // What this process does: drain, api, jobs.
  std::vector<std::string> roles{"drain", "api", "jobs"};

  // "redis": Redis holds every link; "tracker": it holds a part, and edges ask for what it lacks.
  // As at the edges.
  std::string links_origin = "redis";
  // What short links start with; the address that visitors reach the edge at.
  std::string base_url = "http://127.0.0.1:8080";
  std::string codes_case = "fold";  // or "exact"; as at the edge
  // Words that cannot become codes: paths of the edge, of the pages that may share its host, and
  // words that people would take for the firm's own. What is no code by its letters (robots.txt,
  // .well-known) needs no word here.
  std::vector<std::string> codes_reserved{
      "account",  "admin",     "api",      "app",     "assets",  "config",   "dashboard",
      "favicon",  "health",    "healthz",  "help",    "hooks",   "join",     "livez",
      "login",    "logout",    "metrics",  "null",    "openapi", "p",        "password",
      "portal",   "readyz",    "register", "robots",  "root",    "s2s",      "security",
      "settings", "signin",    "signup",   "sitemap", "static",  "status",   "support",
      "u",        "undefined", "v1",       "version", "w",       "webhooks", "well-known",
      "www"};
  std::vector<std::string> destinations_allow;  // empty: every host

  // Groups of the click stream that hold back trimming, and what it may hold at most.
  std::vector<std::string> stream_protect{"tracker"};
  Bytes stream_max_bytes = 4 * GiB;
  // As at the edges: how long the figures of an origin that has ended stay in Redis.
  std::chrono::milliseconds journal_keep = std::chrono::hours{24};

  // How long an orderly end may take before what is left is let go (and delivered again later).
  std::chrono::milliseconds shutdown_grace{10'000};

  std::string log_level = "info";   // least level that is logged: debug, info, warning, error
  std::string log_format = "auto";  // or "json", "text"; auto: text on a terminal, else JSON

  bool has_role(std::string_view role) const;
  const std::string& links_url() const { return redis_links.empty() ? redis : redis_links; }
  const std::string& stream_url() const { return redis_stream.empty() ? redis : redis_stream; }
  LogLevel least_level() const;
  LogFormat format() const;
  CodeCase code_case() const { return codes_case == "exact" ? CodeCase::exact : CodeCase::fold; }
};

// Binds every field to its key and the flags of design 3.6.
void bind_settings(Settings& settings, TrackerConfig& config);

// What no single setting can see: roles that do not exist, a base URL that is none. Throws
// StartupError (exit 78).
void check(const TrackerConfig& config);

}  // namespace waymark::tracker
