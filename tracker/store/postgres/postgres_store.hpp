// The store in a PostgreSQL database that several trackers share: each commit durable at the
// server, conflicts decided by it. Contracts stand in store.hpp.
//
// Away at start: StartupError. Away later: calls fail with store_unavailable, and each waits at most
// for one attempt to connect (connect_timeout, 5 s unless the URL says otherwise).
#pragma once

#include "tracker/store/postgres/batch_writer.hpp"
#include "tracker/store/postgres/connection.hpp"
#include "tracker/store/postgres/partitions.hpp"
#include "tracker/store/sql/sql_store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker::postgres {

class PostgresStore final : public sql::SqlStore {
 public:
  // Throws what open_store throws.
  PostgresStore(std::string_view url, StoreAccess access);

  Result<BatchOutcome> commit_batch(const Batch& batch, std::uint64_t now_ms) override;
  // The writer adds up first what batches have appended; a reader does so in its answer only, where
  // origins with parts that wait are always among the changed ones.
  Result<Folded> fold(std::uint64_t after_change) override;
  Result<std::optional<OriginRow>> origin(std::string_view key) override;

  Result<bool> hold_lease(std::string_view name, std::string_view holder,
                          std::chrono::milliseconds life) override;
  Result<void> release_lease(std::string_view name, std::string_view holder) override;
  Result<std::vector<LeaseRow>> leases() override;

  // Whole months at a time where all of their clicks are old, rows where not.
  Result<std::uint64_t> forget_clicks(std::uint64_t before_ms, std::size_t limit) override;

 private:
  void begin(Lock lock) override;
  std::string describe(const sql::Error& error) const override;

  void open();  // checks the server, brings the schema up to date
  Result<void> make_partitions(const Batch& batch, std::uint64_t now_ms);
  std::uint64_t clicks_kept_from();  // held for the length of the transaction
  void find_full_links(BatchOutcome& outcome);
  Result<void> add_up_parts();
  void add_up_totals();
  void add_up_origins();

  std::string name_;  // the URL without its password
  StoreAccess access_;
  Connection connection_;
  BatchWriter batch_writer_{connection_};
  Partitions partitions_{connection_};
};

}  // namespace waymark::tracker::postgres
