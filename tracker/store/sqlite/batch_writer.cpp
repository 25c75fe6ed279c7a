#include "tracker/store/sqlite/batch_writer.hpp"

#include "tracker/store/sql/sequence_text.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace waymark::tracker::sqlite {

BatchWriter::BatchWriter(Database& database) : database_(database), uniques_(database) {
  add_memory_table(database, "batch_clicks", ClickRows::columns, click_rows_);
  add_memory_table(database, "batch_totals", TotalRows::columns, total_rows_);
}

BatchOutcome BatchWriter::write(const Batch& batch, std::uint64_t now_ms,
                                std::uint64_t kept_from_ms) {
  totals_.clear();
  BatchOutcome outcome;
  outcome.late = batch.clicks_before(kept_from_ms);
  insert_clicks(std::span{batch.clicks()}.subspan(outcome.late), outcome);
  add_totals();
  add_dead(batch, outcome);
  add_ranges(batch, now_ms);
  find_full_links(outcome);
  database_.run(
      "UPDATE drain_counts SET stored = stored + ?, duplicate = duplicate + ?, dead = dead + ? - ?,"
      " late = late + ?",
      outcome.stored, outcome.duplicate, outcome.dead, outcome.resolved, outcome.late);
  return outcome;
}

void BatchWriter::insert_clicks(std::span<const Click> clicks, BatchOutcome& outcome) {
  if (clicks.empty()) return;
  // Claimed before the clicks so that their rows can say so. A duplicate claims nothing: its key is
  // there since the click was first stored.
  const std::vector<bool>& firsts = uniques_.claim(clicks);
  std::vector<std::size_t> places = find_new(clicks);
  for (const std::size_t place : places) totals_.count(clicks[place], firsts[place]);
  outcome.stored = places.size();
  outcome.duplicate = clicks.size() - places.size();
  click_rows_.show(clicks, firsts, std::move(places));
  // OR ROLLBACK: what should never fail needs no copies of pages for undoing this statement alone.
  database_.run("INSERT OR ROLLBACK INTO clicks SELECT * FROM batch_clicks");
}

std::vector<std::size_t> BatchWriter::find_new(std::span<const Click> clicks) {
  std::vector<bool> is_stored(clicks.size());
  if (const std::size_t old = count_until_newest(clicks); old > 0) {
    click_rows_.show(clicks.first(old));
    auto stored =
        database_.query("SELECT batch_clicks.rowid FROM batch_clicks CROSS JOIN clicks USING (id)");
    while (stored.next()) is_stored[static_cast<std::size_t>(stored.integer(0))] = true;
  }
  std::vector<std::size_t> places;
  places.reserve(clicks.size());
  for (std::size_t place = 0; place < clicks.size(); ++place) {
    const bool repeats = place > 0 && clicks[place].id == clicks[place - 1].id;
    if (!repeats && !is_stored[place]) places.push_back(place);
  }
  return places;
}

// Clicks past the newest one of the table are new: as ids grow with time, that is most of them.
std::size_t BatchWriter::count_until_newest(std::span<const Click> clicks) {
  auto row = database_.query("SELECT max(id) FROM clicks");
  const std::optional<Uuid> newest = row.next() ? row.uuid(0) : std::nullopt;
  if (!newest) return 0;
  const auto end = std::partition_point(clicks.begin(), clicks.end(),
                                        [&](const Click& click) { return click.id <= *newest; });
  return static_cast<std::size_t>(end - clicks.begin());
}

void BatchWriter::add_totals() {
  total_rows_.show(totals_);
  database_.run(
      "INSERT INTO click_totals"
      " (link, host, code, channel, class, quarter, test, raw, counted, uniques)"
      " SELECT * FROM batch_totals WHERE true"
      " ON CONFLICT DO UPDATE SET raw = raw + excluded.raw,"
      " counted = counted + excluded.counted, uniques = uniques + excluded.uniques");
}

void BatchWriter::add_dead(const Batch& batch, BatchOutcome& outcome) {
  for (const std::int64_t id : batch.resolved_dead()) {
    outcome.resolved += database_.run("DELETE FROM dead_letters WHERE id = ?", id);
  }
  if (batch.dead().empty()) return;
  for (const DeadLetter& letter : batch.dead()) {
    const std::uint64_t added = database_.run(
        "INSERT INTO dead_letters (at, stream, entry, origin, sequence, reason, line)"
        " VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        letter.at_ms, letter.stream, letter.entry, letter.origin, letter.sequence, letter.reason,
        letter.line);
    ++(added == 1 ? outcome.dead : outcome.duplicate);
  }
  database_.run("DELETE FROM dead_letters WHERE id <= (SELECT max(id) FROM dead_letters) - ?",
                dead_letters_max);
}

void BatchWriter::add_ranges(const Batch& batch, std::uint64_t now_ms) {
  if (batch.origins().empty()) return;
  database_.run("UPDATE meta SET value = value + 1 WHERE name = 'fold_change'");
  for (const auto& [key, news] : batch.origins()) {
    SequenceSet committed = news.committed;
    SequenceSet lost = news.lost;
    std::uint64_t ended_ms = news.ended ? now_ms : 0;
    {
      auto known =
          database_.query("SELECT committed, lost, ended FROM origins WHERE origin = ?", key);
      if (known.next()) {
        committed.add(sql::sequence_set_from(known.view(0)));
        lost.add(sql::sequence_set_from(known.view(1)));
        if (known.integer(2) != 0) ended_ms = known.unsigned_integer(2);
      }
    }
    // Lines that turn up after all undo their loss, in whatever order the two arrive.
    lost = sql::without(lost, committed);
    database_.run(
        "INSERT INTO origins VALUES (?,?,?,?,?,?,"
        " (SELECT value FROM meta WHERE name = 'fold_change'))"
        " ON CONFLICT DO UPDATE SET edge = excluded.edge, committed = excluded.committed,"
        " lost = excluded.lost, ended = excluded.ended, updated = excluded.updated,"
        " change = excluded.change",
        key, news.edge, sql::to_text(committed), sql::to_text(lost), ended_ms, now_ms);
  }
}

// Limited links are few: those of the batch are looked up one by one, the rest never.
void BatchWriter::find_full_links(BatchOutcome& outcome) {
  const std::set<std::string_view> clicked = totals_.counted_links();
  if (clicked.empty()) return;
  auto any = database_.query(
      "SELECT EXISTS (SELECT 1 FROM links WHERE max_clicks IS NOT NULL AND is_full = 0)");
  if (!any.next() || any.integer(0) == 0) return;
  for (const std::string_view link : clicked) {
    auto full = database_.query(
        "UPDATE links SET is_full = 1, change = (SELECT value + 1 FROM meta"
        "  WHERE name = 'last_change')"
        " WHERE id = ?1 AND max_clicks IS NOT NULL AND is_full = 0"
        " AND max_clicks <= (SELECT sum(counted) FROM click_totals WHERE link = ?1)"
        " RETURNING host, code, (SELECT sum(counted) FROM click_totals WHERE link = ?1)",
        link);
    if (!full.next()) continue;
    outcome.full_links.push_back({full.text(0), full.text(1), full.unsigned_integer(2)});
    while (full.next()) {
    }
    database_.run("UPDATE meta SET value = value + 1 WHERE name = 'last_change'");
  }
}

}  // namespace waymark::tracker::sqlite
