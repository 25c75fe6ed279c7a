#include "tracker/store/postgres/batch_writer.hpp"

#include "tracker/store/sql/sequence_text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace waymark::tracker::postgres {

namespace {

constexpr std::int16_t click_columns = 28;
constexpr std::int16_t total_columns = 10;

std::string_view value_at(const PGresult* result, int row) {
  return {PQgetvalue(result, row, 0), static_cast<std::size_t>(PQgetlength(result, row, 0))};
}

bool is_id(std::string_view bytes, const Uuid& id) {
  return std::equal(bytes.begin(), bytes.end(), id.bytes.begin(), id.bytes.end(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

}  // namespace

// Columns in the order of the table.
void add_click(CopyRows& rows, const Click& click, bool unique) {
  rows.begin_row(click_columns);
  rows.add_uuid(click.id);
  rows.add_bigint(static_cast<std::int64_t>(click.unix_ms));
  for (const std::string_view text :
       {click.code, click.host, click.link, click.campaign, click.referrer}) {
    rows.add_optional_text(text);
  }
  rows.add_uuid(click.visitor);
  rows.add_flag(click.new_visitor);
  rows.add_uuid(click.previous);
  rows.add_optional_text(click.destination);
  if (click.rule) {
    rows.add_bigint(*click.rule);
  } else {
    rows.add_null();
  }
  for (const std::string_view text :
       {click.channel, click.share, click.referring_host, click.query_json, click.ip, click.ipk,
        click.user_agent, click.device, click.os, click.language, click.country, click.bot,
        click.outcome}) {
    rows.add_optional_text(text);
  }
  rows.add_flag(click.test);
  rows.add_flag(unique);
  rows.add_optional_text(click.list);
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
  add_counts(outcome);
  return outcome;
}

void BatchWriter::insert_clicks(std::span<const Click> clicks, BatchOutcome& outcome) {
  if (clicks.empty()) return;
  find_wanted(clicks);
  if (!repeats_ && copy_new(clicks)) {
    outcome.stored = clicks.size();
    for (std::size_t at = 0; at < clicks.size(); ++at) totals_.count(clicks[at], firsts_[at]);
    return;
  }
  insert_absent(clicks, outcome);
  repeats_ = outcome.duplicate > 0;
}

void BatchWriter::find_wanted(std::span<const Click> clicks) {
  firsts_.assign(clicks.size(), false);
  wanted_.clear();
  for (std::size_t place = 0; place < clicks.size(); ++place) {
    if (clicks[place].counted()) wanted_.emplace_back(maker_.of(clicks[place]), place);
  }
  std::sort(wanted_.begin(), wanted_.end());
  const auto end = std::unique(wanted_.begin(), wanted_.end(),
                               [](const auto& a, const auto& b) { return a.first == b.first; });
  wanted_.erase(end, wanted_.end());
}

void BatchWriter::copy_clicks(std::span<const Click> clicks, const std::string& statement) {
  CopyRows rows{connection_, statement};
  for (std::size_t place = 0; place < clicks.size(); ++place) {
    add_click(rows, clicks[place], firsts_[place]);
  }
  rows.finish();
}

bool BatchWriter::copy_new(std::span<const Click> clicks) {
  constexpr std::string_view unique_violation = "23505";
  connection_.execute("SAVEPOINT before_copy");
  try {
    copy_new_uniques(clicks);
    copy_clicks(clicks, "COPY clicks FROM STDIN BINARY");
  } catch (const PostgresError& error) {
    if (error.sqlstate() != unique_violation) throw;
    connection_.execute("ROLLBACK TO SAVEPOINT before_copy; RELEASE SAVEPOINT before_copy");
    return false;
  }
  connection_.execute("RELEASE SAVEPOINT before_copy");
  return true;
}

// Keys of visitors that the edge has just met are taken to be new; the others are looked up.
void BatchWriter::copy_new_uniques(std::span<const Click> clicks) {
  if (wanted_.empty()) return;
  std::vector<std::string_view> returning;
  for (const auto& [key, place] : wanted_) {
    if (!clicks[place].new_visitor) returning.push_back(key.view());
  }
  const std::string array = bytea_array(returning);
  const std::array<sql::Value, 1> values{sql::Bytes{array}};
  const ResultPointer known = connection_.query_binary(
      "SELECT key FROM uniques WHERE key = ANY (CAST(? AS bytea[])) ORDER BY key", values);
  CopyRows rows{connection_, "COPY uniques FROM STDIN BINARY"};
  int row = 0;
  for (const auto& [key, place] : wanted_) {
    if (row < PQntuples(known.get()) && value_at(known.get(), row) == key.view()) {
      ++row;
      continue;
    }
    firsts_[place] = true;
    rows.begin_row(1);
    rows.add_bytes(key.view());
  }
  rows.finish();
}

void BatchWriter::insert_absent(std::span<const Click> clicks, BatchOutcome& outcome) {
  // Claimed before the clicks so that their rows can say so. A duplicate claims nothing: its key is
  // there since the click was first stored.
  claim_uniques(clicks);
  connection_.execute("DELETE FROM incoming");  // of another batch of the same transaction
  copy_clicks(clicks, "COPY incoming FROM STDIN BINARY");
  const ResultPointer stored = connection_.query_binary(
      "INSERT INTO clicks SELECT * FROM incoming ON CONFLICT DO NOTHING RETURNING id", {});
  // New ids come back in the order of the batch, each once.
  int row = 0;
  for (std::size_t place = 0; place < clicks.size(); ++place) {
    const Click& click = clicks[place];
    if (row < PQntuples(stored.get()) && is_id(value_at(stored.get(), row), click.id)) {
      ++row;
      ++outcome.stored;
      totals_.count(click, firsts_[place]);
    } else {
      ++outcome.duplicate;
    }
  }
  if (row != PQntuples(stored.get())) {
    throw sql::Corrupt{"new clicks came back in another order than they were sent"};
  }
}

// Keys that others have claimed and not committed are waited for: one of us has them.
void BatchWriter::claim_uniques(std::span<const Click> clicks) {
  firsts_.assign(clicks.size(), false);
  if (wanted_.empty()) return;
  std::vector<std::string_view> keys;
  keys.reserve(wanted_.size());
  for (const auto& [key, place] : wanted_) keys.push_back(key.view());
  const std::string array = bytea_array(keys);
  const std::array<sql::Value, 1> values{sql::Bytes{array}};
  const ResultPointer claimed = connection_.query_binary(
      "INSERT INTO uniques SELECT unnest(CAST(? AS bytea[])) ON CONFLICT DO NOTHING RETURNING key",
      values);
  // What was claimed comes back in the order in which it was sent.
  int row = 0;
  for (const auto& [key, place] : wanted_) {
    if (row == PQntuples(claimed.get())) break;
    if (value_at(claimed.get(), row) != key.view()) continue;
    firsts_[place] = true;
    ++row;
  }
}

void BatchWriter::add_totals() {
  if (totals_.empty()) return;
  CopyRows rows{connection_,
                "COPY click_total_parts (link, host, code, channel, class, quarter, test, raw,"
                " counted, uniques) FROM STDIN BINARY"};
  for (const auto& [cell, sums] : totals_) {  // fold() puts them in order
    rows.begin_row(total_columns);
    for (const std::string_view text :
         {cell.link, cell.host, cell.code, cell.channel, cell.click_class}) {
      rows.add_text(text);
    }
    rows.add_bigint(static_cast<std::int64_t>(cell.quarter_ms));
    rows.add_smallint(cell.test ? 1 : 0);
    for (const std::uint64_t sum : {sums.raw, sums.counted, sums.uniques}) {
      rows.add_bigint(static_cast<std::int64_t>(sum));
    }
  }
  rows.finish();
}

void BatchWriter::add_dead(const Batch& batch, BatchOutcome& outcome) {
  for (const std::int64_t id : batch.resolved_dead()) {
    outcome.resolved += connection_.run("DELETE FROM dead_letters WHERE id = ?", id);
  }
  if (batch.dead().empty()) return;
  for (const DeadLetter& letter : batch.dead()) {
    const std::uint64_t added = connection_.run(
        "INSERT INTO dead_letters (at, stream, entry, origin, sequence, reason, line)"
        " VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        letter.at_ms, letter.stream, letter.entry, letter.origin, letter.sequence, letter.reason,
        sql::Bytes{letter.line});
    ++(added == 1 ? outcome.dead : outcome.duplicate);
  }
  connection_.run("DELETE FROM dead_letters WHERE id <= (SELECT max(id) FROM dead_letters) - ?",
                  dead_letters_max);
}

void BatchWriter::add_ranges(const Batch& batch, std::uint64_t now_ms) {
  for (const auto& [key, news] : batch.origins()) {
    connection_.run(
        "INSERT INTO origin_parts (origin, edge, committed, lost, ended, updated)"
        " VALUES (?,?,?,?,?,?)",
        key, news.edge, sql::to_text(news.committed), sql::to_text(news.lost),
        news.ended ? now_ms : 0, now_ms);
  }
}

void BatchWriter::add_counts(const BatchOutcome& outcome) {
  connection_.run(
      "INSERT INTO drain_count_parts VALUES (?,?,?,?)", outcome.stored, outcome.duplicate,
      static_cast<std::int64_t>(outcome.dead) - static_cast<std::int64_t>(outcome.resolved),
      outcome.late);
}

}  // namespace waymark::tracker::postgres
