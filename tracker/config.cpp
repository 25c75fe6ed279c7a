#include "tracker/config.hpp"

#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace waymark::tracker {

using namespace std::chrono_literals;

bool TrackerConfig::has_role(std::string_view role) const {
  return std::ranges::find(roles, role) != roles.end();
}

void bind_settings(Settings& settings, TrackerConfig& config) {
  settings.bind("listen", config.listen, "Address of the API");
  settings.flag("--listen", "listen");
  settings.bind("public", config.public_listen, "Address of the pages that need no key");
  settings.flag("--public", "public");
  settings.bind("admin", config.admin, "Address of health, metrics, version and settings");
  settings.flag("--admin", "admin");
  settings.bind("redis", config.redis, "Redis for links and clicks", SettingKind::secret);
  settings.flag("--redis", "redis");
  settings.bind("redis.links", config.redis_links, "Redis for links alone (default: redis)",
                SettingKind::secret);
  settings.bind("redis.stream", config.redis_stream, "Redis for clicks alone (default: redis)",
                SettingKind::secret);
  settings.bind("store", config.store, "Attribution store: sqlite:PATH or postgresql://USER@HOST/DATABASE",
                SettingKind::secret);
  settings.flag("--store", "store");
  settings.bind("keys", config.keys, "Keys file, shared with the edges");
  settings.flag("--keys", "keys");
  settings.bind("bootstrap_key_file", config.bootstrap_key_file,
                "File with a secret API key, made when missing");
  settings.flag("--bootstrap-key-file", "bootstrap_key_file");
  settings.bind("roles", config.roles, "What this process does: drain, api, jobs");
  settings.flag("--roles", "roles");
  settings.bind_choice("links.origin", config.links_origin,
                       "redis: Redis holds every link; tracker: a part; as at the edge",
                       {"redis", "tracker"});
  settings.bind("links.base_url", config.base_url, "What short links start with");
  settings.bind_choice("codes.case", config.codes_case, "fold or exact, as at the edge",
                       {"fold", "exact"});
  settings.bind("codes.reserved", config.codes_reserved, "Words that cannot become codes");
  settings.bind("destinations.allow", config.destinations_allow,
                "Hosts that links may lead to (default: every host)");
  settings.bind("stream.protect", config.stream_protect, "Groups that hold back trimming");
  settings.bind("stream.max_bytes", config.stream_max_bytes, "What the click stream may hold",
                16 * MiB, 1024 * GiB);
  settings.bind("journal.keep", config.journal_keep, "As at the edges: how long figures stay", 0ms,
                10'000h);
  settings.bind("shutdown.grace", config.shutdown_grace, "How long an orderly end may take", 0ms,
                600'000ms);
  settings.bind_choice("log.level", config.log_level, "Least level that is logged",
                       {"debug", "info", "warning", "error"});
  settings.bind_choice("log.format", config.log_format, "JSON lines, text, or text on a terminal",
                       {"auto", "json", "text"});
}

LogLevel TrackerConfig::least_level() const {
  if (log_level == "debug") return LogLevel::debug;
  if (log_level == "warning") return LogLevel::warning;
  if (log_level == "error") return LogLevel::error;
  return LogLevel::info;
}

LogFormat TrackerConfig::format() const {
  if (log_format == "json") return LogFormat::json;
  if (log_format == "text") return LogFormat::text;
  return LogFormat::automatic;
}

void check(const TrackerConfig& config) {
  const auto refuse = [](std::string message) {
    throw StartupError(exit_code::config, std::move(message));
  };
  for (const auto& role : config.roles) {
    if (role != "drain" && role != "api" && role != "jobs") {
      refuse(fmt::format("roles: \"{}\" is no role; choose of drain, api, jobs", role));
    }
  }
  if (config.roles.empty()) refuse("roles: choose at least one of drain, api, jobs");
  const auto url = boost::urls::parse_uri(config.base_url);
  const bool usable = url && (url->scheme() == "http" || url->scheme() == "https") &&
                      !url->encoded_host().empty() && !url->has_query() && !url->has_fragment() &&
                      !config.base_url.ends_with('/');
  if (!usable) {
    refuse(fmt::format("links.base_url: \"{}\" must be http(s)://HOST without a final slash",
                       config.base_url));
  }
}

}  // namespace waymark::tracker
