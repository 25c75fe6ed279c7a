// Every setting of waymark-redirect, with its default. The comment of a field is its manual.
#pragma once

#include "common/log.hpp"
#include "common/settings.hpp"
#include "redirect/journal/options.hpp"
#include "redirect/links/link_source.hpp"
#include "redirect/server/worker.hpp"
#include "redirect/shipping/shipping.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace waymark::redirect {

struct RedirectConfig {
  ListenAddress listen{"127.0.0.1", 8080};
  ListenAddress admin{"127.0.0.1", 9080};
  std::string redis = "redis://127.0.0.1:6379";
  std::string redis_links;   // server of links; empty: `redis`
  std::string redis_stream;  // server of the click stream; empty: `redis`
  std::string journal_dir = "journal";
  std::string keys;
  std::uint64_t threads = 0;  // 0: one for each core
  std::string edge_name;      // a label; empty: the host's name
  std::string log_level = "info";
  std::string log_format = "auto";

  JournalOptions journal;
  ShipOptions ship;

  Bytes cache_bytes{256 * MiB};  // links of all threads together
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
  std::chrono::milliseconds header_deadline{10'000};
  std::chrono::milliseconds idle_deadline{60'000};
  std::chrono::milliseconds write_deadline{10'000};
  std::chrono::milliseconds age_max{3'600'000};

  std::string links_base_url;  // its host is one of ours: no link may lead there
  std::vector<std::string> destinations_allow;
  std::string codes_case = "fold";
  DecideRules decide;
  std::string agents_file;  // patterns that go before the built-in list; empty: none

  std::chrono::milliseconds shutdown_grace{5'000};
  std::chrono::milliseconds shutdown_ship{10'000};
};

// Binds every key and its flag.
void bind_settings(Settings& settings, RedirectConfig& config);

// Fills in what depends on the machine or on other settings, and checks how they fit together.
// Throws StartupError (exit 78).
void complete(RedirectConfig& config);

LogLevel log_level(const RedirectConfig& config);
LogFormat log_format(const RedirectConfig& config);

}  // namespace waymark::redirect
