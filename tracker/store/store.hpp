// The attribution store: the one narrow interface behind which SQLite and PostgreSQL stand. Words
// are those of shipping.md; rows are in rows.hpp, batches in batch.hpp.
//
// A Store is used by one thread at a time: programs reach it through StoreThread
// (store_thread.hpp), which owns the writing thread and a second, read-only Store on a thread of
// its own.
//
// Errors of every call: store_busy (conflict past the retry limit; nothing was changed),
// store_unavailable (away, full, read-only), store_corrupt (needs a person); others are named at
// the call. A failed call has changed nothing.
#pragma once

#include "common/error.hpp"
#include "tracker/store/batch.hpp"
#include "tracker/store/rows.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

// Clicks that one call of Store::clicks looks at: some tens of milliseconds.
inline constexpr std::size_t click_scan_max = 50'000;

class Store {
 public:
  virtual ~Store() = default;

  // What the last call that failed ran into, in the backend's own words, with the store's name and
  // the remedy; empty when none has. For logs.
  virtual std::string failure() const = 0;

  // Runs `work` in one transaction: all of its calls or, when it fails, none; all of its reads see
  // the same moment. Not nested.
  virtual Result<void> atomically(const std::function<Result<void>()>& work) = 0;

  // --- Identity ---

  // Random word drawn when the store was made; the same for its whole life.
  virtual Result<std::string> id() = 0;
  virtual Result<std::string> generation() = 0;
  // Draws and stores a new generation.
  virtual Result<std::string> renew_generation() = 0;

  // --- Drain ---

  // Rule 9, durable when it returns. The batch must be sorted. The id alone decides whether a click
  // is new; a batch may hold an id twice. `now_ms` stamps what the batch leaves behind.
  virtual Result<BatchOutcome> commit_batch(const Batch& batch, std::uint64_t now_ms) = 0;
  // Brings figures up to date with every committed range and returns the origins that have changed
  // after `after_change` (0: all) with the number to pass the next time. Rule 11.
  struct Folded {
    std::vector<OriginRow> origins;
    std::uint64_t change = 0;
  };
  virtual Result<Folded> fold(std::uint64_t after_change) = 0;
  virtual Result<std::optional<OriginRow>> origin(std::string_view key) = 0;
  virtual Result<DrainCounts> drain_counts() = 0;
  // Oldest first, those with an id above `after_id`; an empty reason means any.
  virtual Result<std::vector<DeadLetter>> dead_letters(std::string_view reason,
                                                       std::int64_t after_id,
                                                       std::size_t limit) = 0;

  // --- Leases: who does what among trackers that share the store (rules 8, 11, 13) ---

  // Takes or renews the lease `name` for `holder`; true when it is the holder's for `life` from now
  // by the store's clock, false when another holds it.
  virtual Result<bool> hold_lease(std::string_view name, std::string_view holder,
                                  std::chrono::milliseconds life) = 0;
  // Gives it up at once. Nothing happens when it is not the holder's.
  virtual Result<void> release_lease(std::string_view name, std::string_view holder) = 0;
  // Those that were not released, expired ones included; by name.
  virtual Result<std::vector<LeaseRow>> leases() = 0;

  // --- Clicks ---

  // Forgets clicks whose id was made before `before_ms`, the oldest first: about `limit`, so that
  // the store is never held for long. Their totals stay. From the first call on such clicks are
  // late: commit_batch settles their numbers, counts them as late and stores nothing, so that one
  // that comes again is not counted again. Returns how many went; 0 when none is left.
  virtual Result<std::uint64_t> forget_clicks(std::uint64_t before_ms, std::size_t limit) = 0;
  // Fails with not_found.
  virtual Result<ClickRow> click(const Uuid& id) = 0;
  // Fails with not_found for a cursor that is no click id. At most click_scan_max rows are looked
  // at: where a filter matches few of them, the page may be short, even empty, and says where to go
  // on.
  virtual Result<Page<ClickRow>> clicks(const ClickQuery& query) = 0;
  // Newest first, at most `limit`: the clicks of a visitor who came back, with the one that they
  // came back from. A visitor who clicked once has none here; those who never carried a campaign
  // neither.
  virtual Result<std::vector<ClickRow>> clicks_of_visitor(const Uuid& visitor,
                                                          std::size_t limit) = 0;
  virtual Result<std::vector<ClickTotal>> click_totals(const TotalsQuery& query) = 0;

  // --- Links, campaigns, domains (rule 13) ---
  //
  // insert and update stamp the next change number and return the row as stored. insert fails with
  // conflict when the id, or the (host, code) of a link, is taken; update (by id, or host of a
  // domain; id, host and created_ms stay as they are) and the getters with not_found; lists with
  // not_found for an unknown cursor.
  //
  // A link that is updated with another code leaves the old one behind as an alias, which takes
  // its (host, code) like a link; its earlier aliases count as changed, after the link. It may
  // have one of its own aliases back; update fails with conflict for a code that another has.

  virtual Result<LinkRow> insert_link(const LinkRow& link) = 0;
  virtual Result<LinkRow> update_link(const LinkRow& link) = 0;
  // Another code for a link that is there; conflict when a link or an alias has it. `target` is
  // that of the link, whatever the row says.
  virtual Result<AliasRow> insert_alias(const AliasRow& alias) = 0;
  virtual Result<LinkRow> link(std::string_view id) = 0;
  virtual Result<LinkRow> link_by_code(std::string_view host, std::string_view code) = 0;
  virtual Result<AliasRow> alias(std::string_view host, std::string_view code) = 0;
  // Those of a link, the oldest first.
  virtual Result<std::vector<AliasRow>> aliases(std::string_view link) = 0;
  virtual Result<Page<LinkRow>> links(const LinkQuery& query) = 0;

  virtual Result<CampaignRow> insert_campaign(const CampaignRow& campaign) = 0;
  virtual Result<CampaignRow> update_campaign(const CampaignRow& campaign) = 0;
  virtual Result<CampaignRow> campaign(std::string_view id) = 0;
  virtual Result<Page<CampaignRow>> campaigns(const CampaignQuery& query) = 0;

  virtual Result<DomainRow> insert_domain(const DomainRow& domain) = 0;
  virtual Result<DomainRow> update_domain(const DomainRow& domain) = 0;
  // Takes it away, and returns it as it was, with the number of this change. May be made again.
  virtual Result<DomainRow> remove_domain(std::string_view host, std::uint64_t now_ms) = 0;
  virtual Result<DomainRow> domain(std::string_view host) = 0;
  virtual Result<Page<DomainRow>> domains(const PageQuery& query) = 0;

  // 0: nothing was ever changed.
  virtual Result<std::uint64_t> last_change() = 0;
  // Rows whose last change is above `change`, in order of their numbers: each row once, as it is
  // now. Walking it from 0 gives every row.
  virtual Result<std::vector<Change>> changes_after(std::uint64_t change, std::size_t limit) = 0;
  // Of these the links, campaigns and domains in whose fields `text` stands, in any case. Reads all
  // of them: a second for a million.
  virtual Result<std::vector<Change>> changes_with(std::string_view text, std::uint64_t change,
                                                   std::size_t limit) = 0;

  // --- API ---

  virtual Result<void> insert_api_key(const ApiKeyRow& key) = 0;  // conflict: id or hash is taken
  virtual Result<ApiKeyRow> api_key_by_hash(std::string_view hash) = 0;  // not_found
  virtual Result<std::vector<ApiKeyRow>> api_keys() = 0;

  // Takes (owner, key) for a request, or returns the row of the one that has it already.
  virtual Result<std::optional<IdempotencyRow>> claim_idempotency(const IdempotencyRow& row) = 0;
  virtual Result<void> finish_idempotency(std::string_view owner, std::string_view key, int status,
                                          std::string_view body) = 0;
  virtual Result<void> release_idempotency(std::string_view owner, std::string_view key) = 0;
  // Drops rows older than that.
  virtual Result<void> expire_idempotency(std::uint64_t before_ms) = 0;
};

// Opens (and for the writer creates and migrates) the store named by `--store`: `sqlite:PATH` or
// `postgresql://...`. Throws StartupError naming the store and the remedy: unknown scheme,
// unreadable or unwritable file, server away, held by another tracker, made by a newer program.
enum class StoreAccess { write, read };
std::unique_ptr<Store> open_store(std::string_view url, StoreAccess access);

// Whether several trackers may have the store open, and so one tracker for writing more than once.
bool is_shared(std::string_view url);

}  // namespace waymark::tracker
