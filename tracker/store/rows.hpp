// Rows of the store as plain values, the same for every backend. Times are unix milliseconds.
#pragma once

#include "common/ranges.hpp"
#include "common/records.hpp"
#include "common/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace waymark::tracker {

// Queries have an initializer at each member, so that callers may name only those they mean.

// --- Pages: newest first; cursors are ids and exclusive ---

struct PageQuery {
  std::size_t limit = 20;        // 1 to 100
  std::string starting_after{};  // the older neighbours of this id
  std::string ending_before{};   // the newer neighbours of this id; the page is still newest first
};

template <class Row>
struct Page {
  std::vector<Row> data;
  bool has_more = false;  // in the direction asked for
  std::string next{};     // cursor to go on with where the last row of `data` is not: a short page
};

// --- Clicks ---

// The smallest id of a time.
Uuid first_id_of(std::uint64_t unix_ms);

struct ClickRow {
  Uuid id;
  std::uint64_t unix_ms = 0;
  std::string code, host, link, campaign, referrer;
  std::optional<Uuid> visitor;
  bool new_visitor = false;
  std::optional<Uuid> previous;
  std::string destination;
  std::optional<std::int64_t> rule;
  std::string channel, share, referring_host;
  std::string query_json;
  std::string ip, ipk, user_agent, device, os, language, country;
  std::string bot, list, outcome;
  bool test = false;
  bool unique = false;  // first counted click of its (link, visitor, UTC day)

  bool counted() const noexcept { return bot.empty() && outcome.empty() && !test; }
};

struct ClickQuery {
  PageQuery page{};
  std::string link{}, campaign{}, code{}, host{};   // empty: any
  std::optional<std::uint64_t> from_ms{}, to_ms{};  // from inclusive, to exclusive
  std::optional<bool> counted{};
  std::string bot{};  // a class of 3.2; empty: any
  std::optional<bool> test{};
};

// One cell of click_totals. `quarter`: start of the quarter of an hour. `click_class`: empty for
// people, else the bot class; clicks with an outcome have that as class.
struct ClickTotal {
  std::string link, host, code;
  std::uint64_t quarter_ms = 0;
  std::string channel, click_class;
  bool test = false;
  std::uint64_t raw = 0, counted = 0, uniques = 0;
  friend bool operator==(const ClickTotal&, const ClickTotal&) = default;
};

struct TotalsQuery {
  std::string link{}, host{}, code{};               // empty: any
  std::optional<std::uint64_t> from_ms{}, to_ms{};  // on quarters
  std::size_t limit = 100'000;
};

// --- Origins ---

// `settled` is what the published figure covers: committed and lost.
struct OriginRow {
  std::string key;   // <epoch>/<thread>
  std::string edge;  // label
  SequenceSet committed;
  SequenceSet lost;            // never overlaps with committed
  std::uint64_t ended_ms = 0;  // 0: not ended
  std::uint64_t updated_ms = 0;

  SequenceSet settled() const;
};

// --- Leases ---

struct LeaseRow {
  std::string name, holder;
  std::int64_t rest_ms = 0;  // negative: expired for that long
};

// Since the store was made. read = stored + duplicate + dead + late.
struct DrainCounts {
  std::uint64_t stored = 0, duplicate = 0, dead = 0, late = 0;
  std::uint64_t read() const noexcept { return stored + duplicate + dead + late; }
  friend bool operator==(const DrainCounts&, const DrainCounts&) = default;
};

// --- The program's records; each change gets the next number, in order over all kinds ---

struct LinkRow {
  std::string id;    // lnk_...
  std::string host;  // "*" for every domain
  std::string code;
  LinkRecord record;  // record.link equals id; record.full is the store's
  std::uint64_t created_ms = 0, updated_ms = 0;
  std::uint64_t change = 0;  // given by the store
};

// A code that a link had before it was renamed.
struct AliasRow {
  std::string host, code;
  std::string link;    // id
  std::string target;  // the code of that link now
  std::uint64_t created_ms = 0;
  std::uint64_t change = 0;  // renaming the link again is a change of its aliases, too
};

struct CampaignRow {
  std::string id;  // camp_...
  std::string name;
  CampaignRecord record;
  std::uint64_t created_ms = 0, updated_ms = 0;
  std::uint64_t change = 0;
};

struct DomainRow {
  std::string host;  // is its id too
  DomainRecord record;
  std::uint64_t created_ms = 0, updated_ms = 0;
  std::uint64_t change = 0;
  bool removed = false;  // such rows are changes alone
};

using Change = std::variant<LinkRow, AliasRow, CampaignRow, DomainRow>;

struct LinkQuery {
  PageQuery page{};
  std::string campaign{}, referrer{}, host{};  // empty: any
  std::string code{};                          // the link's, or one that it had before; likewise
  std::optional<LinkStatus> status{};
};

struct CampaignQuery {
  PageQuery page{};
  std::optional<CampaignStatus> status{};
};

// --- API ---

struct ApiKeyRow {
  std::string id;    // key_...
  std::string kind;  // secret, restricted, publishable
  std::string name;
  std::string scopes;  // comma list; empty with a secret key: everything
  std::string hash;    // SHA-256 of the key, hex; the key itself is stored nowhere
  std::string last4;
  std::uint64_t created_ms = 0;
  std::optional<std::uint64_t> expires_ms;
};

struct IdempotencyRow {
  std::string owner;  // id of the API key
  std::string key;
  std::string request_hash;
  int status = 0;  // 0: still running
  std::string body;
  std::uint64_t created_ms = 0;
};

}  // namespace waymark::tracker
