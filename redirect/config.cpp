#include "redirect/config.hpp"

#include "common/error.hpp"
#include "common/limits.hpp"
#include "redirect/decide/consent.hpp"

#include <boost/url/parse.hpp>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

void bind_basics(Settings& settings, RedirectConfig& config) {
  settings.bind("listen", config.listen,
                "Addresses for visitors: host:port, unix:/path or fd:NAME");
  settings.bind("admin", config.admin, "Address of the admin pages: health, metrics, version");
  settings.bind("redis", config.redis, "Redis of links and click stream", SettingKind::secret);
  settings.bind("redis.links", config.redis_links, "Redis of links, if another server",
                SettingKind::secret);
  settings.bind("redis.stream", config.redis_stream, "Redis of the click stream, if another server",
                SettingKind::secret);
  settings.bind("redis.tls.ca", config.redis_tls.ca,
                "Certificates (PEM) that Redis must show, or lead to; empty: the system's");
  settings.bind("redis.tls.certificate", config.redis_tls.certificate,
                "Our certificate with its chain (PEM), where Redis asks for one");
  settings.bind("redis.tls.key", config.redis_tls.key,
                "Private key (PEM) of redis.tls.certificate");
  settings.bind("redis.tls.server_name", config.redis_tls.server_name,
                "Name in the certificates of Redis; empty: the host in the URL");
  settings.bind("keys", config.keys, "Keys file; make one with 'waymark keys new FILE'");
  settings.bind("threads", config.threads, "Threads that serve visitors; 0: one for each core", 0,
                256);
  settings.bind("edge.name", config.edge_name, "Label of this edge; empty: the host's name");
  settings.bind_choice("log.level", config.log_level, "Least level that is logged",
                       {"debug", "info", "warning", "error"});
  settings.bind_choice("log.format", config.log_format, "JSON lines, text, or text on a terminal",
                       {"auto", "json", "text"});
}

void bind_network(Settings& settings, RedirectConfig& config) {
  settings.bind("proxies.listen", config.proxies_listen,
                "Addresses where each connection starts with a PROXY header");
  settings.bind("proxies.trusted", config.proxies_trusted,
                "Proxies whose word about the visitor counts: addresses, ranges, unix");
  settings.bind_choice("proxies.header", config.proxies_header,
                       "Header in which trusted proxies name the visitor",
                       {"x-forwarded-for", "forwarded"});
  settings.bind("tls.listen", config.tls_listen, "Addresses where each connection is TLS");
  settings.bind("tls.certificate", config.tls_certificate,
                "Certificate with its chain (PEM) for visitors who name no known host");
  settings.bind("tls.key", config.tls_key, "Private key (PEM) of tls.certificate");
  settings.bind("tls.dir", config.tls_dir,
                "Folder of certificates, chosen by the names in them: NAME.crt with NAME.key, or "
                "NAME/fullchain.pem with NAME/privkey.pem");
  settings.bind("connections.per_address", config.connections_per_address,
                "Connections of one IPv4 address or IPv6 /64; 0: no limit", 0, 10'000'000);
}

void bind_journal(Settings& settings, RedirectConfig& config) {
  JournalOptions& journal = config.journal;
  settings.bind("journal.dir", config.journal_dir,
                "Folder of the journal; must outlive the process");
  settings.bind("journal.segment_bytes", journal.segment_bytes, "Size of a journal file",
                JournalOptions::segment_bytes_min, JournalOptions::segment_bytes_max);
  settings.bind("journal.max_bytes", journal.max_bytes,
                "Most disk space of all of journal.dir; past it new clicks are dropped and counted",
                1 * MiB, 64 * 1024 * GiB);
  settings.bind("journal.keep", journal.keep, "How long committed clicks are kept", 0ms, 30 * 24h);
  settings.bind("journal.sync", journal.sync,
                "Most that a power loss can take; 0: on disk before each answer", 0ms, 60s);
  settings.bind("ship.window", config.ship.window, "Most that is sent and not committed", 64 * KiB,
                1024 * GiB);
  settings.bind("stream.batch_bytes", config.ship.stream_batch_bytes, "Largest entry of the stream",
                1 * KiB, 1 * MiB);
  settings.bind("stream.linger", config.ship.stream_linger, "How long a batch may wait to fill",
                0ms, 1s);
}

void bind_links(Settings& settings, RedirectConfig& config) {
  settings.bind("cache.bytes", config.cache_bytes, "Memory for links, all threads together",
                1 * MiB, 1024 * GiB);
  settings.bind("cache.snapshot", config.cache_snapshot,
                "How often known links are written to journal.dir for a restart; 0: never", 0ms,
                24h);
  settings.bind("cache.absences", config.cache_absences, "Unknown codes remembered", 1'024,
                1ULL << 30U);
  settings.bind("cache.refresh", config.cache_refresh,
                "Oldest a link may be while Redis can be asked", 1s, 24h);
  settings.bind("cache.stale_max", config.cache_stale_max,
                "Oldest a link may be while Redis is away", 1s, 30 * 24h);
  settings.bind("cache.unknown", config.cache_unknown, "How long an unknown code is remembered",
                0ms, 1h);
  settings.bind("lookup.deadline", config.lookup_deadline, "Longest wait for Redis", 1ms, 10s);
  settings.bind("lookup.unknown_rate", config.unknown_rate, "Unknown codes asked for in a second",
                1, 10'000'000);
  settings.bind(
      "lookup.unknown_address_rate", config.unknown_address_rate,
      "Unknown codes and QR drawings asked for in a second by one address (IPv6: /64), all "
      "threads together; 0: no limit, for a proxy that does not say whom it serves",
      0, 10'000'000);
  settings.bind("lookup.unknown_address_burst", config.unknown_address_burst,
                "Unknown codes and QR drawings that one address may ask a thread for at once", 1,
                10'000'000);
  settings.bind("hosts.max", config.hosts_max,
                "Host names that are no domain of ours remembered by a thread", 1, 1'000'000);
  settings.bind_choice("links.origin", config.links_origin,
                       "Whether Redis holds every link, or asks the tracker for those it lacks",
                       {"redis", "tracker"});
  settings.bind_choice("hosts.unknown", config.hosts_unknown,
                       "Hosts without a domain record: served as any, or 404", {"serve", "refuse"});
  settings.bind("qr.rate", config.qr_rate,
                "QR codes drawn in a second, all threads together; past it 429", 1, 100'000);
  settings.bind("wellknown.dir", config.well_known_dir,
                "Folder of small files for /.well-known/, read again when they change");
  settings.bind("links.base_url", config.links_base_url,
                "Base of our short links, in QR codes; destinations there are refused");
  settings.bind("destinations.allow", config.destinations_allow,
                "Hosts that links may lead to, '.example.org' with subdomains; empty: all");
  settings.bind_choice("codes.case", config.codes_case, "Whether case matters in codes",
                       {"fold", "exact"});
}

void bind_visitors(Settings& settings, RedirectConfig& config) {
  settings.bind("cookies.secure", config.decide.secure_cookies,
                "Secure cookies; false only for trials over plain http");
  settings.bind("cookies.consent", config.decide.consent,
                "Cookie of the consent banner, or NAME:PURPOSE where it keeps a list; only a plain "
                "yes in it is consent (1, true, yes, allow, accepted, ...)");
  settings.bind("agents.file", config.agents_file,
                "File of '<class> <pattern>' that classes agents before the built-in list does");
  settings.bind("query.store", config.decide.stored_query,
                "Parameters of the visitor that are stored; a * at the end matches any rest");
  settings.bind("geo.database", config.geo_database,
                "Country file in MaxMind's format (.mmdb); read when it comes or changes");
  settings.bind("geo.every_click", config.geo_every_click,
                "Country of every click, not only where rules of a link ask for it");
  settings.bind("connections.max", config.connections_max, "Connections, all threads together", 1,
                10'000'000);
  settings.bind("header.deadline", config.header_deadline, "Longest time for a request header",
                100ms, 10min);
  settings.bind("idle.deadline", config.idle_deadline, "Longest silence between requests", 100ms,
                1h);
  settings.bind("write.deadline", config.write_deadline, "Longest wait for a slow reader", 100ms,
                10min);
  settings.bind("connection.age", config.age_max, "Age at which a connection is closed", 1s,
                30 * 24h);
  settings.bind("shutdown.grace", config.shutdown_grace,
                "How long everything is served after SIGTERM", 0ms, 10min);
  settings.bind("shutdown.ship", config.shutdown_ship, "Longest shipping at the end", 0ms, 10min);
}

bool is_label_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// The name stands in the origin of every entry, between slashes.
bool is_label(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, is_label_octet);
}

// Empty, or what a code can be put behind.
bool is_base_url(std::string_view text) {
  if (text.empty()) return true;
  const auto url = boost::urls::parse_uri(text);
  return url && text.size() <= limits::base_url_bytes_max && !url->encoded_host().empty() &&
         (url->scheme_id() == boost::urls::scheme::http ||
          url->scheme_id() == boost::urls::scheme::https) &&
         !url->has_userinfo() && !url->has_query() && !url->has_fragment();
}

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  std::string label{name};
  std::ranges::replace_if(
      label, [](char c) { return !is_label_octet(c); }, '-');
  return label.empty() ? "edge" : label;
}

}  // namespace

void bind_settings(Settings& settings, RedirectConfig& config) {
  bind_basics(settings, config);
  bind_network(settings, config);
  bind_journal(settings, config);
  bind_links(settings, config);
  bind_visitors(settings, config);
  settings.flag("--listen", "listen");
  settings.flag("--admin", "admin");
  settings.flag("--redis", "redis");
  settings.flag("--journal", "journal.dir");
  settings.flag("--keys", "keys");
  settings.flag("--threads", "threads");
}

void complete(RedirectConfig& config) {
  if (config.keys.empty()) {
    throw StartupError(exit_code::config,
                       "keys: no keys file given; make one with 'waymark keys new FILE' and pass "
                       "--keys FILE");
  }
  if (config.threads == 0) config.threads = std::max(1U, std::thread::hardware_concurrency());
  if (config.edge_name.empty()) config.edge_name = host_name();
  if (!is_label(config.edge_name)) {
    throw StartupError(exit_code::config, "edge.name: '" + config.edge_name +
                                              "' is no label; use 1 to 255 of [A-Za-z0-9._-]");
  }
  if (config.redis_links.empty()) config.redis_links = config.redis;
  if (config.redis_stream.empty()) config.redis_stream = config.redis;
  config.journal.dir = config.journal_dir;
  if (config.cache_stale_max < config.cache_refresh) {
    throw StartupError(exit_code::config,
                       "cache.stale_max is below cache.refresh; a link would be useless before it "
                       "is refreshed");
  }
  if (config.journal.max_bytes < 2 * config.threads * config.journal.segment_bytes) {
    throw StartupError(exit_code::config,
                       "journal.max_bytes is below two segments for each thread; raise it or lower "
                       "journal.segment_bytes");
  }
  if (!is_base_url(config.links_base_url)) {
    throw StartupError(exit_code::config,
                       "links.base_url: '" + config.links_base_url +
                           "' is not http(s)://HOST; use one such as https://go.example.com");
  }
  if (!is_consent_setting(config.decide.consent)) {
    throw StartupError(
        exit_code::config,
        "cookies.consent: '" + config.decide.consent +
            "' is no cookie of a consent banner; give its name or NAME:PURPOSE, without spaces, "
            "'=' and ';', such as shop_consent or CookieConsent:marketing");
  }
}

std::vector<ListenSpec> listen_specs(const RedirectConfig& config) {
  return listen_specs(config.listen, config.proxies_listen, config.tls_listen);
}

std::shared_ptr<const TlsServer> load_tls(const RedirectConfig& config, const TlsServer* in_force) {
  if (config.tls_listen.empty()) return nullptr;
  return std::make_shared<const TlsServer>(
      find_tls_files(config.tls_certificate, config.tls_key, config.tls_dir), in_force);
}

LogLevel log_level(const RedirectConfig& config) {
  if (config.log_level == "debug") return LogLevel::debug;
  if (config.log_level == "warning") return LogLevel::warning;
  if (config.log_level == "error") return LogLevel::error;
  return LogLevel::info;
}

LogFormat log_format(const RedirectConfig& config) {
  if (config.log_format == "json") return LogFormat::json;
  if (config.log_format == "text") return LogFormat::text;
  return LogFormat::automatic;
}

}  // namespace waymark::redirect
