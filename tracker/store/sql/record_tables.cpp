// Campaigns and domains in the store, and the changes of all kinds of records.
#include "tracker/store/sql/record_fields.hpp"
#include "tracker/store/sql/sql_store.hpp"
#include "tracker/store/sql/table_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::tracker::sql {

namespace {

std::uint64_t number_of(const Change& change) {
  return std::visit([](const auto& row) { return row.change; }, change);
}

// In order of their numbers.
std::vector<Change> first_of(std::vector<Change> changes, std::size_t limit) {
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return number_of(a) < number_of(b); });
  if (changes.size() > limit) changes.resize(limit);
  return changes;
}

}  // namespace

CampaignRow read_campaign(Cursor& row) {
  return {.id = row.text(0),
          .name = row.text(1),
          .record = campaign_record_from(row.view(2)),
          .created_ms = row.unsigned_integer(3),
          .updated_ms = row.unsigned_integer(4),
          .change = row.unsigned_integer(5)};
}

DomainRow read_domain(Cursor& row) {
  return {.host = row.text(0),
          .record = domain_record_from(row.view(1)),
          .created_ms = row.unsigned_integer(2),
          .updated_ms = row.unsigned_integer(3),
          .change = row.unsigned_integer(4),
          .removed = row.integer(5) != 0};
}

// --- Campaigns ---

Result<CampaignRow> SqlStore::insert_campaign(const CampaignRow& campaign) {
  return write([&]() -> Result<CampaignRow> {
    database_.run(
        "INSERT INTO campaigns (id, name, status, fields, created, updated, change)"
        " VALUES (?,?,?,?,?,?,?)",
        campaign.id, campaign.name, to_text(campaign.record.status),
        to_json(campaign_fields(campaign.record)), campaign.created_ms, campaign.updated_ms,
        next_change());
    return this->campaign(campaign.id);
  });
}

Result<CampaignRow> SqlStore::update_campaign(const CampaignRow& campaign) {
  return write([&]() -> Result<CampaignRow> {
    const std::uint64_t updated = database_.run(
        "UPDATE campaigns SET name = ?2, status = ?3, fields = ?4, updated = ?5, change = ?6"
        " WHERE id = ?1",
        campaign.id, campaign.name, to_text(campaign.record.status),
        to_json(campaign_fields(campaign.record)), campaign.updated_ms, next_change());
    if (updated == 0) return Errc::not_found;
    return this->campaign(campaign.id);
  });
}

Result<CampaignRow> SqlStore::campaign(std::string_view id) {
  return guarded([&]() -> Result<CampaignRow> {
    auto row = database_.query(select_campaign + " WHERE id = ?", id);
    if (!row.next()) return Errc::not_found;
    return read_campaign(row);
  });
}

Result<Page<CampaignRow>> SqlStore::campaigns(const CampaignQuery& query) {
  return guarded([&]() -> Result<Page<CampaignRow>> {
    Filter filter;
    if (query.status) filter.equal("status", std::string{to_text(*query.status)});
    return read_made_page<CampaignRow>(database_, std::move(filter), select_campaign,
                                       "SELECT seq FROM campaigns WHERE id = ?", query.page,
                                       read_campaign);
  });
}

// --- Domains ---

Result<DomainRow> SqlStore::insert_domain(const DomainRow& domain) {
  return write([&]() -> Result<DomainRow> {
    database_.run("DELETE FROM domains WHERE host = ? AND removed = 1", domain.host);
    database_.run("INSERT INTO domains (host, fields, created, updated, change) VALUES (?,?,?,?,?)",
                  domain.host, to_json(domain_fields(domain.record)), domain.created_ms,
                  domain.updated_ms, next_change());
    return this->domain(domain.host);
  });
}

Result<DomainRow> SqlStore::update_domain(const DomainRow& domain) {
  return write([&]() -> Result<DomainRow> {
    const std::uint64_t updated = database_.run(
        "UPDATE domains SET fields = ?2, updated = ?3, change = ?4 WHERE host = ?1 AND removed = 0",
        domain.host, to_json(domain_fields(domain.record)), domain.updated_ms, next_change());
    if (updated == 0) return Errc::not_found;
    return this->domain(domain.host);
  });
}

Result<DomainRow> SqlStore::remove_domain(std::string_view host, std::uint64_t now_ms) {
  return write([&]() -> Result<DomainRow> {
    auto removed = domain(host);
    if (!removed) return removed;
    removed->change = next_change();
    database_.run("UPDATE domains SET removed = 1, updated = ?2, change = ?3 WHERE host = ?1", host,
                  now_ms, removed->change);
    return removed;
  });
}

Result<DomainRow> SqlStore::domain(std::string_view host) {
  return guarded([&]() -> Result<DomainRow> {
    auto row = database_.query(select_domain + " WHERE host = ? AND removed = 0", host);
    if (!row.next()) return Errc::not_found;
    return read_domain(row);
  });
}

Result<Page<DomainRow>> SqlStore::domains(const PageQuery& query) {
  return guarded([&]() -> Result<Page<DomainRow>> {
    Filter filter;
    filter.add("removed = 0");
    return read_made_page<DomainRow>(database_, std::move(filter), select_domain,
                                     "SELECT seq FROM domains WHERE host = ?", query, read_domain);
  });
}

// --- Changes ---

// Taken inside the writing transaction: that is the lock of rule 13.
std::uint64_t SqlStore::next_change() {
  database_.run("UPDATE meta SET value = CAST(value AS BIGINT) + 1 WHERE name = 'last_change'");
  return std::stoull(meta("last_change"));
}

Result<std::uint64_t> SqlStore::last_change() {
  return guarded([&]() -> Result<std::uint64_t> { return std::stoull(meta("last_change")); });
}

Result<std::vector<Change>> SqlStore::changes_after(std::uint64_t change, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Change>> {
    // What is made while the tables are read waits for the next call: no number is skipped.
    const std::uint64_t newest = std::stoull(meta("last_change"));
    std::vector<Change> changes;
    const auto collect = [&](const std::string& select, auto read) {
      auto row =
          database_.query(select + " WHERE change > ? AND change <= ? ORDER BY change LIMIT ?",
                          change, newest, std::uint64_t{limit});
      while (row.next()) changes.push_back(read(row));
    };
    collect(select_link, read_link);
    collect(select_alias, read_alias);
    collect(select_campaign, read_campaign);
    collect(select_domain, read_domain);
    return first_of(std::move(changes), limit);
  });
}

Result<std::vector<Change>> SqlStore::changes_with(std::string_view text, std::uint64_t change,
                                                   std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Change>> {
    std::vector<Change> changes;
    const std::string pattern = fmt::format("%{}%", text);
    const auto collect = [&](const std::string& select, auto read) {
      auto row = database_.query(
          select + " WHERE change > ? AND lower(fields) LIKE ? ORDER BY change LIMIT ?", change,
          pattern, std::uint64_t{limit});
      while (row.next()) changes.push_back(read(row));
    };
    collect(select_link, read_link);
    collect(select_campaign, read_campaign);
    collect(select_domain, read_domain);
    return first_of(std::move(changes), limit);
  });
}

}  // namespace waymark::tracker::sql
