// Who has clicked on what on which day (tables uniques and unique_arrivals): says of each click of
// a batch whether it is the first counted one of its key.
//
// Keys of new visitors grow with time and are appended to uniques. The others fall all over it; put
// in as they come, each would rewrite a page of its own in every batch. They are gathered in the
// small table unique_arrivals, known here by heart, and move over a run of neighbours at a time.
#pragma once

#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/sqlite/memory_table.hpp"
#include "tracker/store/unique_key.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace waymark::tracker::sqlite {

class UniqueTable {
 public:
  static constexpr std::size_t arrivals_max = 65'536;  // keys that may wait after a batch
  static constexpr std::size_t run_keys = 8'192;       // moved at a time

  explicit UniqueTable(Database& database);
  UniqueTable(const UniqueTable&) = delete;  // the database knows the keys by their address
  UniqueTable& operator=(const UniqueTable&) = delete;

  // One flag for each click: true when no click of its key was stored before, here or in the table.
  // In a transaction of the caller; throws SqliteError. The result lives until the next call.
  const std::vector<bool>& claim(std::span<const Click> clicks);

 private:
  // A key that clicks of the batch ask for.
  struct Wanted {
    UniqueKey key;
    std::size_t place;  // of its first click
    bool new_visitor;   // says the edge
    friend auto operator<=>(const Wanted&, const Wanted&) = default;
  };
  // Keys as the rows of a memory table.
  class Keys final : public MemoryRows {
   public:
    void clear() { keys_.clear(); }
    void add(const UniqueKey& key) { keys_.push_back(key); }
    std::size_t size() const override { return keys_.size(); }
    void read(std::size_t row, int, ColumnValue value) override {
      value.put_blob(keys_[row].view());
    }

   private:
    std::vector<UniqueKey> keys_;
  };

  void load_arrivals();
  // Fills wanted_ with what the batch wants and arrivals_ lacks, each key once.
  void find_wanted(std::span<const Click> clicks);
  // Takes out of wanted_ what stands in uniques.
  void drop_known();
  std::optional<UniqueKey> newest_key();
  void insert_wanted();
  void move_arrivals();

  Database& database_;
  UniqueKeyMaker maker_;
  std::vector<Wanted> wanted_;  // in the order of the table: neighbours share its pages
  Keys keys_;
  std::vector<bool> firsts_;
  boost::unordered_flat_set<UniqueKey, UniqueKeyHash> arrivals_;  // what unique_arrivals holds
  std::uint64_t rollbacks_seen_ = ~std::uint64_t{0};  // of the database when arrivals_ was right
  std::string moved_to_;  // last key of the last run: where the next one goes on
};

}  // namespace waymark::tracker::sqlite
