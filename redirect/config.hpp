// Every setting of waymark-redirect, with its default. What each means is said where it is bound
// (config.cpp), for --help; comments here add what does not fit there.
#pragma once

#include "common/log.hpp"
#include "common/redis/url.hpp"
#include "common/settings.hpp"
#include "redirect/journal/options.hpp"
#include "redirect/links/link_source.hpp"
#include "redirect/server/listen_spec.hpp"
#include "redirect/server/tls_server.hpp"
#include "redirect/server/worker.hpp"
#include "redirect/shipping/shipping.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace waymark::redirect {

struct RedirectConfig {
  // Where visitors connect: each `127.0.0.1:8080`, `[::1]:8080`, `:8080` (every address, IPv6 and
  // IPv4), `unix:/path` (mode 0666, removed at the end) or `fd:NAME` (sockets passed by systemd,
  // shared by all threads). `listen` takes plain HTTP.
  std::vector<std::string> listen{"127.0.0.1:8080"};
  // Here each connection must start with a PROXY header, version 1 or 2, and is its source's. It is
  // believed of peers in `proxies.trusted`; when that is empty, of everybody who gets there.
  std::vector<std::string> proxies_listen;
  // Here each connection starts with a TLS handshake. An address in both lists wants both, the
  // PROXY header first. One in `listen` stands in neither.
  std::vector<std::string> tls_listen;
  // Proxies in front, as addresses, ranges and `unix`. A request that comes from one of them is the
  // visitor's whom `proxies.header` names; that header is ignored when anybody else sends it. The
  // proxies must all write the one header, since visitors can send the other through them.
  std::vector<std::string> proxies_trusted;
  std::string proxies_header = "x-forwarded-for";
  // The certificate shown to who names no host or an unknown one, and a folder with more of them,
  // of which those that cannot be used are left out. Without the former it is the folder's first.
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_dir;
  ListenAddress admin{"127.0.0.1", 9080};
  std::string redis = "redis://127.0.0.1:6379";
  std::string redis_links;    // server of links; empty: `redis`
  std::string redis_stream;   // server of the click stream; empty: `redis`
  redis::TlsFiles redis_tls;  // for rediss://: whom to believe, and who we are
  std::string journal_dir = "journal";
  std::string keys;
  std::uint64_t threads = 0;  // 0: one for each core
  std::string edge_name;      // a label; empty: the host's name
  std::string log_level = "info";
  std::string log_format = "auto";

  JournalOptions journal;
  ShipOptions ship;

  Bytes cache_bytes{256 * MiB};  // links of all threads together
  // How often what is known of links is written to DIR/links.snapshot; 0: never.
  std::chrono::milliseconds cache_snapshot{60'000};
  std::uint64_t cache_absences = 262'144;
  std::chrono::milliseconds cache_refresh{60'000};
  std::chrono::milliseconds cache_stale_max{24 * 60 * 60 * 1000};
  std::chrono::milliseconds cache_unknown{10'000};
  std::chrono::milliseconds lookup_deadline{250};
  std::uint64_t unknown_rate = 2'000;
  // One address may be a whole office, or a carrier's customers behind one NAT: their typing
  // mistakes and dead links stay far below this, a guess at codes does not.
  std::uint64_t unknown_address_rate = 10;
  std::uint64_t unknown_address_burst = 50;
  std::uint64_t hosts_max = 1'024;

  std::uint64_t connections_max = 20'000;
  // Of one IPv4 address or IPv6 /64, trusted proxies and Unix sockets excepted; 0: no limit. Many
  // visitors share an address behind a carrier's NAT.
  std::uint64_t connections_per_address = 1'024;
  std::chrono::milliseconds header_deadline{10'000};
  std::chrono::milliseconds idle_deadline{60'000};
  std::chrono::milliseconds write_deadline{10'000};
  std::chrono::milliseconds age_max{3'600'000};

  std::string links_origin = "redis";   // or "tracker": Redis holds a part of the links
  std::string links_base_url;           // what QR codes start with; no link may lead to its host
  std::string hosts_unknown = "serve";  // what hosts without a domain record get
  std::uint64_t qr_rate = 50;           // drawings a second, all threads together
  std::string well_known_dir;           // files served under /.well-known/; empty: none
  std::vector<std::string> destinations_allow;
  std::string codes_case = "fold";
  DecideRules decide;
  std::string geo_database;      // country file in MaxMind's format; empty: countries are unknown
  bool geo_every_click = false;  // false: looked up only where a link's rules ask for the country
  std::string agents_file;       // patterns that go before the built-in list; empty: none

  std::chrono::milliseconds shutdown_grace{5'000};
  std::chrono::milliseconds shutdown_ship{10'000};
};

// Binds every key and its flag.
void bind_settings(Settings& settings, RedirectConfig& config);

// Fills in what depends on the machine or on other settings, and checks how they fit together.
// Throws StartupError (exit 78).
void complete(RedirectConfig& config);

// Where to listen. Throws StartupError naming the setting.
std::vector<ListenSpec> listen_specs(const RedirectConfig& config);
// The certificates as they are now; null without TLS listeners. Throws StartupError naming the
// file; for what of tls.dir cannot be used see TlsServer.
std::shared_ptr<const TlsServer> load_tls(const RedirectConfig& config,
                                          const TlsServer* in_force = nullptr);

LogLevel log_level(const RedirectConfig& config);
LogFormat log_format(const RedirectConfig& config);

}  // namespace waymark::redirect
