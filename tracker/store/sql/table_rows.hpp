// How rows of the program's tables are read, and the pages of tables that are ordered by making.
#pragma once

#include "common/error.hpp"
#include "tracker/store/rows.hpp"
#include "tracker/store/sql/database.hpp"
#include "tracker/store/sql/filter.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace waymark::tracker::sql {

inline const std::string select_link =
    "SELECT id, host, code, is_full, fields, created, updated, change FROM links";
LinkRow read_link(Cursor& row);

inline const std::string select_alias =
    "SELECT host, code, link, target, created, change FROM"
    " (SELECT aliases.*, links.code AS target FROM aliases JOIN links ON links.id = aliases.link) "
    "AS named";
AliasRow read_alias(Cursor& row);

inline const std::string select_campaign =
    "SELECT id, name, fields, created, updated, change FROM campaigns";
CampaignRow read_campaign(Cursor& row);

inline const std::string select_domain =
    "SELECT host, fields, created, updated, change, removed FROM domains";
DomainRow read_domain(Cursor& row);

// `find_seq` turns the id of a cursor into its place. Fails with not_found for an unknown cursor.
template <class Row, class Read>
Result<Page<Row>> read_made_page(Database& database, Filter filter, const std::string& select,
                                 std::string_view find_seq, const PageQuery& query, Read read) {
  FilterValue place;
  const std::string& cursor =
      query.ending_before.empty() ? query.starting_after : query.ending_before;
  if (!cursor.empty()) {
    auto row = database.query(find_seq, cursor);
    if (!row.next()) return Errc::not_found;
    place = row.unsigned_integer(0);
  }
  return read_page<Row>(database, std::move(filter), {.select = select, .order = "seq"}, query,
                        std::move(place), read);
}

}  // namespace waymark::tracker::sql
