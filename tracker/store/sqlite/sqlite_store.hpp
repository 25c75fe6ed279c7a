// The embedded store: one SQLite file in WAL mode, durable at each commit (synchronous=FULL), one
// writer; others may read the file meanwhile. Contracts stand in store.hpp.
#pragma once

#include "tracker/store/sqlite/batch_writer.hpp"
#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/sqlite/lock_file.hpp"
#include "tracker/store/sql/sql_store.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker::sqlite {

class SqliteStore final : public sql::SqlStore {
 public:
  // Throws what open_store throws.
  SqliteStore(const std::filesystem::path& file, StoreAccess access);

  Result<BatchOutcome> commit_batch(const Batch& batch, std::uint64_t now_ms) override;
  Result<Folded> fold(std::uint64_t after_change) override;
  Result<std::optional<OriginRow>> origin(std::string_view key) override;

  Result<bool> hold_lease(std::string_view name, std::string_view holder,
                          std::chrono::milliseconds life) override;
  Result<void> release_lease(std::string_view name, std::string_view holder) override;
  Result<std::vector<LeaseRow>> leases() override;

  Result<std::uint64_t> forget_clicks(std::uint64_t before_ms, std::size_t limit) override;

 private:
  void begin(Lock lock) override;
  std::string describe(const sql::Error& error) const override;

  std::filesystem::path file_;
  std::optional<LockFile> lock_;  // the writer's; held longer than the database is open
  Database database_;
  BatchWriter batch_writer_{database_};
};

}  // namespace waymark::tracker::sqlite
