#include "tracker/store/sqlite/batch_writer.hpp"

#include "tracker/store/sql/sequence_text.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

namespace waymark::tracker::sqlite {

namespace {

using UuidText = std::array<char, Uuid::text_bytes>;

std::string_view text_of(const Uuid& id, UuidText& buffer) {
  write_text(id, buffer.data());
  return {buffer.data(), buffer.size()};
}

void bind_uuid(Statement& statement, int index, const std::optional<Uuid>& id, UuidText& buffer) {
  if (id) {
    statement.bind(index, text_of(*id, buffer));
  } else {
    statement.bind_null(index);
  }
}

void bind_flag(Statement& statement, int index, bool flag) {
  if (flag) {
    statement.bind(index, 1);
  } else {
    statement.bind_null(index);
  }
}

// True when the row is new.
bool insert_click(Statement& insert, Database& database, const Click& click, bool unique) {
  UuidText id, visitor, previous;
  int at = 0;
  insert.bind(++at, text_of(click.id, id));
  insert.bind(++at, static_cast<std::int64_t>(click.unix_ms));
  for (const std::string_view text :
       {click.code, click.host, click.link, click.campaign, click.referrer}) {
    insert.bind_optional(++at, text);
  }
  bind_uuid(insert, ++at, click.visitor, visitor);
  bind_flag(insert, ++at, click.new_visitor);
  bind_uuid(insert, ++at, click.previous, previous);
  insert.bind_optional(++at, click.destination);
  if (click.rule) {
    insert.bind(++at, *click.rule);
  } else {
    insert.bind_null(++at);
  }
  for (const std::string_view text :
       {click.channel, click.share, click.referring_host, click.query_json, click.ip, click.ipk,
        click.user_agent, click.device, click.os, click.language, click.country, click.bot,
        click.outcome}) {
    insert.bind_optional(++at, text);
  }
  bind_flag(insert, ++at, click.test);
  bind_flag(insert, ++at, unique);
  insert.bind_optional(++at, click.list);
  insert.step();
  insert.reset();
  return database.changes() == 1;
}

}  // namespace

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
  Statement& insert = database_.prepared(
      "INSERT INTO clicks VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
      " ON CONFLICT DO NOTHING");
  // Claimed before the clicks so that their rows can say so. A duplicate claims nothing: its key is
  // there since the click was first stored.
  const std::vector<bool>& firsts = uniques_.claim(clicks);
  for (std::size_t place = 0; place < clicks.size(); ++place) {
    const Click& click = clicks[place];
    if (insert_click(insert, database_, click, firsts[place])) {
      ++outcome.stored;
      totals_.count(click, firsts[place]);
    } else {
      ++outcome.duplicate;
    }
  }
}

void BatchWriter::add_totals() {
  Statement& add = database_.prepared(
      "INSERT INTO click_totals"
      " (link, host, code, channel, class, quarter, test, raw, counted, uniques)"
      " VALUES (?,?,?,?,?,?,?,?,?,?)"
      " ON CONFLICT DO UPDATE SET raw = raw + excluded.raw,"
      " counted = counted + excluded.counted, uniques = uniques + excluded.uniques");
  for (const auto& [cell, sums] : totals_.sorted()) {
    int at = 0;
    for (const std::string_view text :
         {cell.link, cell.host, cell.code, cell.channel, cell.click_class}) {
      add.bind(++at, text);
    }
    for (const std::uint64_t number :
         {cell.quarter_ms, std::uint64_t{cell.test}, sums.raw, sums.counted, sums.uniques}) {
      add.bind(++at, static_cast<std::int64_t>(number));
    }
    add.step();
    add.reset();
  }
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
