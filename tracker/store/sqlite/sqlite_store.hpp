// The embedded store: one SQLite file in WAL mode, durable at each commit (synchronous=FULL), one
// writer; others may read the file meanwhile. Contracts stand in store.hpp.
#pragma once

#include "tracker/store/sqlite/batch_writer.hpp"
#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/sqlite/lock_file.hpp"
#include "tracker/store/store.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker::sqlite {

class SqliteStore final : public Store {
 public:
  // Throws what open_store throws.
  SqliteStore(const std::filesystem::path& file, StoreAccess access);

  std::string failure() const override { return failure_; }
  Result<void> atomically(const std::function<Result<void>()>& work) override;

  Result<std::string> id() override;
  Result<std::string> generation() override;
  Result<std::string> renew_generation() override;

  Result<BatchOutcome> commit_batch(const Batch& batch, std::uint64_t now_ms) override;
  Result<Folded> fold(std::uint64_t after_change) override;
  Result<std::optional<OriginRow>> origin(std::string_view key) override;
  Result<DrainCounts> drain_counts() override;
  Result<std::vector<DeadLetter>> dead_letters(std::string_view reason, std::int64_t after_id,
                                               std::size_t limit) override;

  Result<bool> hold_lease(std::string_view name, std::string_view holder,
                          std::chrono::milliseconds life) override;
  Result<void> release_lease(std::string_view name, std::string_view holder) override;
  Result<std::vector<LeaseRow>> leases() override;

  Result<ClickRow> click(const Uuid& id) override;
  Result<Page<ClickRow>> clicks(const ClickQuery& query) override;
  Result<std::vector<ClickRow>> clicks_of_visitor(const Uuid& visitor, std::size_t limit) override;
  Result<std::vector<ClickTotal>> click_totals(const TotalsQuery& query) override;

  Result<LinkRow> insert_link(const LinkRow& link) override;
  Result<LinkRow> update_link(const LinkRow& link) override;
  Result<LinkRow> link(std::string_view id) override;
  Result<LinkRow> link_by_code(std::string_view host, std::string_view code) override;
  Result<AliasRow> alias(std::string_view host, std::string_view code) override;
  Result<std::vector<AliasRow>> aliases(std::string_view link) override;
  Result<Page<LinkRow>> links(const LinkQuery& query) override;

  Result<CampaignRow> insert_campaign(const CampaignRow& campaign) override;
  Result<CampaignRow> update_campaign(const CampaignRow& campaign) override;
  Result<CampaignRow> campaign(std::string_view id) override;
  Result<Page<CampaignRow>> campaigns(const CampaignQuery& query) override;

  Result<DomainRow> insert_domain(const DomainRow& domain) override;
  Result<DomainRow> update_domain(const DomainRow& domain) override;
  Result<DomainRow> domain(std::string_view host) override;
  Result<Page<DomainRow>> domains(const PageQuery& query) override;

  Result<std::uint64_t> last_change() override;
  Result<std::vector<Change>> changes_after(std::uint64_t change, std::size_t limit) override;

  Result<void> insert_api_key(const ApiKeyRow& key) override;
  Result<ApiKeyRow> api_key_by_hash(std::string_view hash) override;
  Result<std::vector<ApiKeyRow>> api_keys() override;

  Result<std::optional<IdempotencyRow>> claim_idempotency(const IdempotencyRow& row) override;
  Result<void> finish_idempotency(std::string_view owner, std::string_view key, int status,
                                  std::string_view body) override;
  Result<void> release_idempotency(std::string_view owner, std::string_view key) override;
  Result<void> expire_idempotency(std::uint64_t before_ms) override;

 private:
  // Runs `work`, turning SqliteError into a value.
  template <class Work>
  auto guarded(Work work) -> decltype(work());
  // The same inside a transaction: the caller's, or one of its own.
  template <class Work>
  auto write(Work work) -> decltype(work());

  std::string meta(std::string_view name);
  std::uint64_t next_change();  // in a transaction only
  // Moves a link's code among its aliases before the link itself is given another.
  Result<void> leave_alias(const LinkRow& before, const LinkRow& after);
  void touch_aliases(std::string_view link);

  std::filesystem::path file_;
  std::string failure_;
  std::optional<LockFile> lock_;  // the writer's; held longer than the database is open
  Database database_;
  BatchWriter batch_writer_{database_};
};

template <class Work>
auto SqliteStore::guarded(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const SqliteError& error) {
    failure_ = describe(error, file_);
    return to_errc(error);
  }
}

template <class Work>
auto SqliteStore::write(Work work) -> decltype(work()) {
  if (database_.in_transaction()) return guarded(std::move(work));
  const auto result = guarded([&]() -> decltype(work()) {
    // A reader never takes the lock for writing.
    database_.execute(lock_ ? "BEGIN IMMEDIATE" : "BEGIN");
    auto value = work();
    if (value.has_value()) database_.execute("COMMIT");
    return value;
  });
  // Some errors have rolled back already.
  if (database_.in_transaction()) {
    guarded([&]() -> Result<void> {
      database_.execute("ROLLBACK");
      return {};
    });
  }
  return result;
}

}  // namespace waymark::tracker::sqlite
