#include "tracker/store/sql/sql_store.hpp"

#include <fmt/format.h>

#include <random>

namespace waymark::tracker::sql {

namespace {

std::string random_word() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

Result<void> SqlStore::atomically(const std::function<Result<void>()>& work) {
  return transaction(work, Lock::records);
}

void SqlStore::undo() {
  const std::string failure = failure_;
  const auto undone = guarded([&]() -> Result<void> {
    database_.rollback();
    return {};
  });
  if (undone) failure_ = failure;
}

void SqlStore::make_meta() {
  const std::string_view insert = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING";
  database_.run(insert, std::string_view{"id"}, random_word());
  database_.run(insert, std::string_view{"generation"}, random_word());
  for (const std::string_view counter : {"last_change", "fold_change", "clicks_kept_from"}) {
    database_.run(insert, counter, std::string_view{"0"});
  }
}

std::string SqlStore::meta(std::string_view name) {
  auto row = database_.query("SELECT value FROM meta WHERE name = ?", name);
  if (!row.next()) throw Corrupt{"a row of table meta is missing"};
  return row.text(0);
}

Result<std::string> SqlStore::id() {
  return guarded([&]() -> Result<std::string> { return meta("id"); });
}

Result<std::string> SqlStore::generation() {
  return guarded([&]() -> Result<std::string> { return meta("generation"); });
}

Result<std::string> SqlStore::renew_generation() {
  return write([&]() -> Result<std::string> {
    const std::string word = random_word();
    database_.run("UPDATE meta SET value = ? WHERE name = 'generation'", word);
    return word;
  });
}

Result<DrainCounts> SqlStore::drain_counts() {
  return guarded([&]() -> Result<DrainCounts> {
    auto row = database_.query("SELECT stored, duplicate, dead, late FROM drain_counts");
    row.next();
    return DrainCounts{.stored = row.unsigned_integer(0),
                       .duplicate = row.unsigned_integer(1),
                       .dead = row.unsigned_integer(2),
                       .late = row.unsigned_integer(3)};
  });
}

Result<std::vector<DeadLetter>> SqlStore::dead_letters(std::string_view reason,
                                                       std::int64_t after_id, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<DeadLetter>> {
    std::vector<DeadLetter> letters;
    auto row = database_.query(
        "SELECT id, at, stream, entry, origin, sequence, reason, line FROM dead_letters"
        " WHERE id > ?1 AND (?2 = '' OR reason = ?2) ORDER BY id LIMIT ?3",
        after_id, reason, std::uint64_t{limit});
    while (row.next()) {
      letters.push_back({.id = row.integer(0),
                         .at_ms = row.unsigned_integer(1),
                         .stream = row.text(2),
                         .entry = row.text(3),
                         .origin = row.text(4),
                         .sequence = row.unsigned_integer(5),
                         .reason = row.text(6),
                         .line = row.text(7)});
    }
    return letters;
  });
}

}  // namespace waymark::tracker::sql
