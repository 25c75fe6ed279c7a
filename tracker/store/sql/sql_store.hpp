// What the stores share that speak SQL: records, API keys, lists of clicks, the store's own words.
// How batches are written, figures folded and clicks forgotten is each backend's own.
#pragma once

#include "tracker/store/sql/database.hpp"
#include "tracker/store/store.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace waymark::tracker::sql {

class SqlStore : public Store {
 public:
  std::string failure() const override { return failure_; }
  // Tried once: unlike a call of its own, the caller's work is not repeated after a conflict.
  Result<void> atomically(const std::function<Result<void>()>& work) override;

  Result<std::string> id() override;
  Result<std::string> generation() override;
  Result<std::string> renew_generation() override;

  Result<DrainCounts> drain_counts() override;
  Result<std::vector<DeadLetter>> dead_letters(std::string_view reason, std::int64_t after_id,
                                               std::size_t limit) override;

  Result<ClickRow> click(const Uuid& id) override;
  Result<Page<ClickRow>> clicks(const ClickQuery& query) override;
  Result<std::vector<ClickRow>> clicks_of_visitor(const Uuid& visitor, std::size_t limit) override;
  Result<std::vector<ClickTotal>> click_totals(const TotalsQuery& query) override;

  Result<LinkRow> insert_link(const LinkRow& link) override;
  Result<LinkRow> update_link(const LinkRow& link) override;
  Result<LinkRow> link(std::string_view id) override;
  Result<LinkRow> link_by_code(std::string_view host, std::string_view code) override;
  Result<AliasRow> insert_alias(const AliasRow& alias) override;
  Result<AliasRow> alias(std::string_view host, std::string_view code) override;
  Result<std::vector<AliasRow>> aliases(std::string_view link) override;
  Result<Page<LinkRow>> links(const LinkQuery& query) override;

  Result<CampaignRow> insert_campaign(const CampaignRow& campaign) override;
  Result<CampaignRow> update_campaign(const CampaignRow& campaign) override;
  Result<CampaignRow> campaign(std::string_view id) override;
  Result<Page<CampaignRow>> campaigns(const CampaignQuery& query) override;

  Result<DomainRow> insert_domain(const DomainRow& domain) override;
  Result<DomainRow> update_domain(const DomainRow& domain) override;
  Result<DomainRow> remove_domain(std::string_view host, std::uint64_t now_ms) override;
  Result<DomainRow> domain(std::string_view host) override;
  Result<Page<DomainRow>> domains(const PageQuery& query) override;

  Result<std::uint64_t> last_change() override;
  Result<std::vector<Change>> changes_after(std::uint64_t change, std::size_t limit) override;
  Result<std::vector<Change>> changes_with(std::string_view text, std::uint64_t change,
                                           std::size_t limit) override;

  Result<void> insert_api_key(const ApiKeyRow& key) override;
  Result<ApiKeyRow> api_key_by_hash(std::string_view hash) override;
  Result<std::vector<ApiKeyRow>> api_keys() override;

  Result<std::optional<IdempotencyRow>> claim_idempotency(const IdempotencyRow& row) override;
  Result<void> finish_idempotency(std::string_view owner, std::string_view key, int status,
                                  std::string_view body) override;
  Result<void> release_idempotency(std::string_view owner, std::string_view key) override;
  Result<void> expire_idempotency(std::uint64_t before_ms) override;

 protected:
  // What a transaction keeps others from. `records`: one writer of links, campaigns and domains at
  // a time, so that they read what they change and numbers appear in order (rule 13).
  enum class Lock { records, none };

  // `database` may be a member of the derived class.
  explicit SqlStore(Database& database) : database_(database) {}

  virtual void begin(Lock lock) = 0;
  // One line for a person: the store, the backend's message, the remedy.
  virtual std::string describe(const Error& error) const = 0;

  // Runs `work`, turning Error into a value.
  template <class Work>
  auto guarded(Work work) -> decltype(work());
  // The same inside a transaction: a part of the caller's, or one of its own, which is repeated
  // when it loses against another.
  template <class Work>
  auto write(Work work, Lock lock = Lock::records) -> decltype(work());

  std::string meta(std::string_view name);
  void make_meta();             // rows of table meta that a new store lacks
  std::uint64_t next_change();  // with Lock::records only

 private:
  static constexpr int conflicts_max = 8;  // repetitions
  static constexpr std::chrono::milliseconds conflict_pause{5};

  template <class Work>
  auto transaction(Work& work, Lock lock) -> decltype(work());
  template <class Work>
  auto part(Work& work) -> decltype(work());
  void undo();

  // Moves a link's code among its aliases before the link itself is given another.
  Result<void> leave_alias(const LinkRow& before, const LinkRow& after);
  void add_alias(std::string_view host, std::string_view code, std::string_view link,
                 std::uint64_t created_ms);
  void touch_aliases(std::string_view link);

  Database& database_;
  std::string failure_;
  bool conflict_ = false;  // what the last guarded() ran into
};

template <class Work>
auto SqlStore::guarded(Work work) -> decltype(work()) {
  conflict_ = false;
  try {
    return work();
  } catch (const Error& error) {
    failure_ = describe(error);
    conflict_ = error.is_conflict();
    return error.errc();
  }
}

template <class Work>
auto SqlStore::write(Work work, Lock lock) -> decltype(work()) {
  if (database_.in_transaction()) return part(work);
  for (int attempt = 0;; ++attempt) {
    auto result = transaction(work, lock);
    if (result.has_value() || !conflict_ || attempt == conflicts_max) return result;
    std::this_thread::sleep_for(conflict_pause * (1 << attempt));
  }
}

template <class Work>
auto SqlStore::transaction(Work& work, Lock lock) -> decltype(work()) {
  auto result = guarded([&]() -> decltype(work()) {
    begin(lock);
    auto value = work();
    if (value.has_value()) database_.commit();
    return value;
  });
  const bool conflict = conflict_;
  // Some errors have rolled back already.
  if (database_.in_transaction()) undo();
  conflict_ = conflict;
  return result;
}

template <class Work>
auto SqlStore::part(Work& work) -> decltype(work()) {
  auto result = guarded([&]() -> decltype(work()) {
    database_.execute("SAVEPOINT part");
    auto value = work();
    if (value.has_value()) database_.execute("RELEASE SAVEPOINT part");
    return value;
  });
  if (!result.has_value() && database_.in_transaction()) {
    const auto undone = guarded([&]() -> Result<void> {
      database_.execute("ROLLBACK TO SAVEPOINT part");
      database_.execute("RELEASE SAVEPOINT part");
      return {};
    });
    if (!undone) return {boost::system::in_place_error, undone.error()};
  }
  return result;
}

}  // namespace waymark::tracker::sql
