// Links and their aliases in the store.
#include "tracker/store/sql/filter.hpp"
#include "tracker/store/sql/record_fields.hpp"
#include "tracker/store/sql/sql_store.hpp"
#include "tracker/store/sql/table_rows.hpp"

namespace waymark::tracker::sql {

namespace {

// The fields without `full`, which has a column of its own: the drain sets it without knowing
// records.
std::string fields_of(LinkRecord record) {
  record.full = false;
  return to_json(link_fields(record));
}

std::optional<std::uint64_t> max_clicks_of(const LinkRow& link) {
  return link.record.max_clicks;
}

}  // namespace

LinkRow read_link(Cursor& row) {
  LinkRow link{.id = row.text(0),
               .host = row.text(1),
               .code = row.text(2),
               .record = link_record_from(row.view(4)),
               .created_ms = row.unsigned_integer(5),
               .updated_ms = row.unsigned_integer(6),
               .change = row.unsigned_integer(7)};
  link.record.full = row.integer(3) != 0;
  return link;
}

AliasRow read_alias(Cursor& row) {
  return {.host = row.text(0),
          .code = row.text(1),
          .link = row.text(2),
          .target = row.text(3),
          .created_ms = row.unsigned_integer(4),
          .change = row.unsigned_integer(5)};
}

Result<LinkRow> SqlStore::insert_link(const LinkRow& link) {
  return write([&]() -> Result<LinkRow> {
    if (alias(link.host, link.code)) return Errc::conflict;
    LinkRow stored = link;
    stored.record.full = false;
    stored.change = next_change();
    database_.run(
        "INSERT INTO links (id, host, code, campaign, referrer, status, max_clicks, is_full,"
        " fields, created, updated, change) VALUES (?,?,?,?,?,?,?,0,?,?,?,?)",
        link.id, link.host, link.code, link.record.campaign, link.record.referrer,
        to_text(link.record.status), max_clicks_of(link), fields_of(link.record), link.created_ms,
        link.updated_ms, stored.change);
    return stored;
  });
}

Result<LinkRow> SqlStore::update_link(const LinkRow& link) {
  return write([&]() -> Result<LinkRow> {
    const auto before = this->link(link.id);
    if (!before) return before.error();
    const bool renamed = before->code != link.code;
    if (renamed) {
      if (const auto left = leave_alias(*before, link); !left) return left.error();
    }
    // Whether it is full follows from the limit, which may have changed.
    database_.run(
        "UPDATE links SET campaign = ?2, referrer = ?3, status = ?4, max_clicks = ?5,"
        " is_full = CASE WHEN ?5 <= coalesce("
        "  (SELECT CAST(sum(counted) AS BIGINT) FROM click_totals WHERE link = ?1), 0) THEN 1 ELSE "
        "0 END,"
        " fields = ?6, updated = ?7, change = ?8, code = ?9 WHERE id = ?1",
        link.id, link.record.campaign, link.record.referrer, to_text(link.record.status),
        max_clicks_of(link), fields_of(link.record), link.updated_ms, next_change(), link.code);
    if (renamed) touch_aliases(link.id);
    return this->link(link.id);
  });
}

Result<void> SqlStore::leave_alias(const LinkRow& before, const LinkRow& after) {
  const auto taken = alias(before.host, after.code);
  if (taken && taken->link != after.id) return Errc::conflict;
  if (link_by_code(before.host, after.code)) return Errc::conflict;
  database_.run("DELETE FROM aliases WHERE host = ? AND code = ?", before.host, after.code);
  add_alias(before.host, before.code, before.id, after.updated_ms);
  return {};
}

void SqlStore::add_alias(std::string_view host, std::string_view code, std::string_view link,
                         std::uint64_t created_ms) {
  database_.run("INSERT INTO aliases VALUES (?,?,?,?,?)", host, code, link, created_ms,
                next_change());
}

Result<AliasRow> SqlStore::insert_alias(const AliasRow& alias) {
  return write([&]() -> Result<AliasRow> {
    if (link_by_code(alias.host, alias.code)) return Errc::conflict;
    add_alias(alias.host, alias.code, alias.link, alias.created_ms);
    return this->alias(alias.host, alias.code);
  });
}

// After the link: whoever reads the changes in order finds the new code before something leads
// there.
void SqlStore::touch_aliases(std::string_view link) {
  std::vector<std::string> codes;
  {
    auto row = database_.query("SELECT code FROM aliases WHERE link = ?", link);
    while (row.next()) codes.push_back(row.text(0));
  }
  for (const auto& code : codes) {
    database_.run("UPDATE aliases SET change = ? WHERE link = ? AND code = ?", next_change(), link,
                  code);
  }
}

Result<LinkRow> SqlStore::link(std::string_view id) {
  return guarded([&]() -> Result<LinkRow> {
    auto row = database_.query(select_link + " WHERE id = ?", id);
    if (!row.next()) return Errc::not_found;
    return read_link(row);
  });
}

Result<LinkRow> SqlStore::link_by_code(std::string_view host, std::string_view code) {
  return guarded([&]() -> Result<LinkRow> {
    auto row = database_.query(select_link + " WHERE host = ? AND code = ?", host, code);
    if (!row.next()) return Errc::not_found;
    return read_link(row);
  });
}

Result<AliasRow> SqlStore::alias(std::string_view host, std::string_view code) {
  return guarded([&]() -> Result<AliasRow> {
    auto row = database_.query(select_alias + " WHERE host = ? AND code = ?", host, code);
    if (!row.next()) return Errc::not_found;
    return read_alias(row);
  });
}

Result<std::vector<AliasRow>> SqlStore::aliases(std::string_view link) {
  return guarded([&]() -> Result<std::vector<AliasRow>> {
    std::vector<AliasRow> aliases;
    auto row = database_.query(select_alias + " WHERE link = ? ORDER BY created, code", link);
    while (row.next()) aliases.push_back(read_alias(row));
    return aliases;
  });
}

Result<Page<LinkRow>> SqlStore::links(const LinkQuery& query) {
  return guarded([&]() -> Result<Page<LinkRow>> {
    Filter filter;
    filter.equal("campaign", query.campaign);
    filter.equal("referrer", query.referrer);
    filter.equal("host", query.host);
    if (!query.code.empty()) {
      filter.add(
          "id IN (SELECT id FROM links WHERE code = ? UNION SELECT link FROM aliases WHERE code = "
          "?)",
          query.code, query.code);
    }
    if (query.status) filter.equal("status", std::string{to_text(*query.status)});
    return read_made_page<LinkRow>(database_, std::move(filter), select_link,
                                   "SELECT seq FROM links WHERE id = ?", query.page, read_link);
  });
}

}  // namespace waymark::tracker::sql
