// Clicks and their totals, as the API asks for them.
#include "tracker/store/sql/filter.hpp"
#include "tracker/store/sql/sql_store.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::tracker::sql {

namespace {

constexpr std::string_view click_columns =
    "id, ts, code, host, link, campaign, referrer, visitor, new, prev, destination, rule, channel,"
    " share, ref, query, ip, ipk, ua, device, os, lang, country, bot, outcome, test, is_unique,"
    " list";
constexpr int click_column_count = 28;

ClickRow read_click(Cursor& row) {
  ClickRow click;
  click.id = row.uuid(0).value_or(Uuid{});
  click.unix_ms = row.unsigned_integer(1);
  click.code = row.text(2);
  click.host = row.text(3);
  click.link = row.text(4);
  click.campaign = row.text(5);
  click.referrer = row.text(6);
  click.visitor = row.uuid(7);
  click.new_visitor = row.integer(8) != 0;
  click.previous = row.uuid(9);
  click.destination = row.text(10);
  if (!row.is_null(11)) click.rule = row.integer(11);
  click.channel = row.text(12);
  click.share = row.text(13);
  click.referring_host = row.text(14);
  click.query_json = row.text(15);
  click.ip = row.text(16);
  click.ipk = row.text(17);
  click.user_agent = row.text(18);
  click.device = row.text(19);
  click.os = row.text(20);
  click.language = row.text(21);
  click.country = row.text(22);
  click.bot = row.text(23);
  click.outcome = row.text(24);
  click.test = row.integer(25) != 0;
  click.unique = row.integer(26) != 0;
  click.list = row.text(27);
  return click;
}

// The smallest id of a time, less a minute: the id's clock and `ts` may differ by a little. The
// index then bounds the scan, and the condition on ts decides.
std::string id_floor(std::uint64_t unix_ms) {
  constexpr std::uint64_t slack_ms = 60'000;
  return first_id_of(unix_ms > slack_ms ? unix_ms - slack_ms : 0).text();
}

// The part of the table that can hold what is asked for.
Filter range_of(const ClickQuery& query) {
  Filter range;
  if (query.from_ms) range.add("id >= ?", id_floor(*query.from_ms));
  if (query.to_ms) range.add("id <= ?", id_floor(*query.to_ms + 2 * 60'000));
  if (!query.page.ending_before.empty()) {
    range.add("id > ?", query.page.ending_before);
  } else if (!query.page.starting_after.empty()) {
    range.add("id < ?", query.page.starting_after);
  }
  return range;
}

Filter filter_of(const ClickQuery& query) {
  Filter filter;
  filter.equal("link", query.link);
  filter.equal("campaign", query.campaign);
  filter.equal("code", query.code);
  filter.equal("host", query.host);
  filter.equal("bot", query.bot);
  if (query.from_ms) filter.add("ts >= ?", *query.from_ms);
  if (query.to_ms) filter.add("ts < ?", *query.to_ms);
  if (query.counted) {
    filter.add(*query.counted ? "(bot IS NULL AND outcome IS NULL AND test IS NULL)"
                              : "(bot IS NOT NULL OR outcome IS NOT NULL OR test IS NOT NULL)");
  }
  if (query.test) filter.add(*query.test ? "test IS NOT NULL" : "test IS NULL");
  return filter;
}

// Rows of a scan whose column after the click's is true. The scan is bounded by the statement.
Page<ClickRow> read_matching(Cursor& row, std::size_t limit) {
  constexpr int matches = click_column_count;
  Page<ClickRow> page;
  std::string last;
  std::size_t scanned = 0;
  for (; row.next(); ++scanned) {
    last = row.view(0);
    if (row.integer(matches) == 0) continue;
    if (page.data.size() == limit) {
      page.has_more = true;
      return page;
    }
    page.data.push_back(read_click(row));
  }
  if (scanned == click_scan_max) {
    page.has_more = true;
    page.next = last;
  }
  return page;
}

}  // namespace

Result<ClickRow> SqlStore::click(const Uuid& id) {
  return guarded([&]() -> Result<ClickRow> {
    auto row = database_.query("SELECT " + std::string{click_columns} + " FROM clicks WHERE id = ?",
                               id.text());
    if (!row.next()) return Errc::not_found;
    return read_click(row);
  });
}

Result<Page<ClickRow>> SqlStore::clicks(const ClickQuery& query) {
  const PageQuery& page = query.page;
  const std::string& cursor = page.ending_before.empty() ? page.starting_after : page.ending_before;
  if (!cursor.empty() && !parse_uuid(cursor)) return Errc::not_found;
  return guarded([&]() -> Result<Page<ClickRow>> {
    const Filter filter = filter_of(query);
    Filter range = range_of(query);
    range.put_before(filter);
    const bool upwards = !page.ending_before.empty();
    auto row = range.run(
        database_, fmt::format("SELECT {}, ({}) FROM clicks", click_columns, filter.expression()),
        upwards ? " ORDER BY id" : " ORDER BY id DESC", click_scan_max);
    Page<ClickRow> result = read_matching(row, page.limit);
    if (upwards) std::reverse(result.data.begin(), result.data.end());
    return result;
  });
}

Result<std::vector<ClickRow>> SqlStore::clicks_of_visitor(const Uuid& visitor,
                                                             std::size_t limit) {
  return guarded([&]() -> Result<std::vector<ClickRow>> {
    std::vector<ClickRow> clicks;
    auto row = database_.query("SELECT " + std::string{click_columns} +
                                   " FROM clicks WHERE visitor = ? AND prev IS NOT NULL"
                                   " ORDER BY id DESC LIMIT ?",
                               visitor.text(), limit);
    while (row.next()) clicks.push_back(read_click(row));
    if (clicks.empty() || clicks.size() >= limit) return clicks;
    // The index holds only clicks that have one before them: the first of all is not among them.
    if (const auto first = click(*clicks.back().previous)) clicks.push_back(*first);
    return clicks;
  });
}

Result<std::vector<ClickTotal>> SqlStore::click_totals(const TotalsQuery& query) {
  return guarded([&]() -> Result<std::vector<ClickTotal>> {
    Filter filter;
    filter.equal("link", query.link);
    filter.equal("host", query.host);
    filter.equal("code", query.code);
    if (query.from_ms) filter.add("quarter >= ?", *query.from_ms);
    if (query.to_ms) filter.add("quarter < ?", *query.to_ms);
    std::vector<ClickTotal> totals;
    auto row = filter.run(database_,
                          "SELECT link, host, code, quarter, channel, class, test, raw, counted,"
                          " uniques FROM click_totals",
                          " ORDER BY link, host, code, quarter, channel, class, test", query.limit);
    while (row.next()) {
      totals.push_back({.link = row.text(0),
                        .host = row.text(1),
                        .code = row.text(2),
                        .quarter_ms = row.unsigned_integer(3),
                        .channel = row.text(4),
                        .click_class = row.text(5),
                        .test = row.integer(6) != 0,
                        .raw = row.unsigned_integer(7),
                        .counted = row.unsigned_integer(8),
                        .uniques = row.unsigned_integer(9)});
    }
    return totals;
  });
}

}  // namespace waymark::tracker::sql
