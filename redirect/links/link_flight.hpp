// Inside of LinkSource: one lookup under way, and what has come of it so far. Not for inclusion
// elsewhere.
//
//   records of the code, domain, marker --> targets of aliases --> campaigns --> hosts --> answered
//         ^                \                       \                   \           \ not held
//         |                 '-----------------------'-------------------'-----------'--> wanted
//         '------------------- a message tells that it is there -------------------------'
//
// `hosts` asks which hosts that the records lead to are ours.
#pragma once

#include "common/record_leads.hpp"
#include "redirect/links/link_source.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

// A record of the code: for the host asked for, or for any.
struct LinkSource::FlightPart {
  LinkReading reading;
  // Its own: another than the one asked for when an alias led to it.
  std::string key, code;
  std::vector<Lead> leads;  // of the record

  const std::optional<LinkRecord>& record() const noexcept { return reading.record; }
};

struct LinkSource::Flight {
  explicit Flight(boost::asio::io_context& io) : timer(io) {}

  // A record that an alias leads to. One for any host leads to one for any host; one of a host to
  // that host's first.
  struct Target {
    FlightPart* alias = nullptr;
    std::string host, code;
    LinkReading reading;
  };

  static constexpr int repeats_max = 3;

  LookupKey key;
  Asking asking = Asking::unheard;
  std::chrono::steady_clock::time_point ends;
  boost::asio::steady_timer timer;  // of the wait for a connection, or for the tracker
  int replies_missing = 0;
  int repeats = 0;
  bool spoiled = false;  // a record concerned changed meanwhile
  bool failed = false;
  bool incomplete = false;  // Redis holds nothing at all for one of the keys
  int wanted = 0;           // times that the tracker was asked
  bool waiting = false;     // for its message
  FlightPart bound, any;
  std::vector<Target> targets;
  std::shared_ptr<const DomainRecord> domain;
  std::vector<std::uint16_t> slots;            // of the records asked for since the last markers
  std::map<std::string, std::string> markers;  // by key: those behind the records asked for
  std::vector<std::string> campaigns;          // asked for in this flight
  std::map<std::string, std::optional<CampaignRecord>> heard_campaigns;  // of those, by id
  std::vector<std::string> hosts;  // whether they are ours is asked in this flight

  void begin_again() {
    spoiled = failed = incomplete = waiting = false;
    bound = any = {};
    targets.clear();
    slots.clear();
    heard_campaigns.clear();
    markers.clear();
  }
  bool concerns_campaign(std::string_view id) const {
    return (bound.record() && bound.record()->campaign == id) ||
           (any.record() && any.record()->campaign == id);
  }
  bool concerns_domain(std::string_view host) const {
    return key.host == host || std::ranges::find(hosts, host) != hosts.end();
  }
  bool concerns_link(const LookupKey& changed) const {
    const auto is_asked = [&](std::string_view host, std::string_view code) {
      return code == changed.code && (changed.host == host || changed.host == "*");
    };
    if (is_asked(key.host, key.code)) return true;
    for (const Target& target : targets) {
      if (is_asked(target.host, target.code)) return true;
    }
    return false;
  }
};

}  // namespace waymark::redirect
