// API keys and idempotency keys in the store.
#include "tracker/store/sql/sql_store.hpp"

namespace waymark::tracker::sql {

namespace {

ApiKeyRow read_api_key(Cursor& row) {
  ApiKeyRow key{.id = row.text(0),
                .kind = row.text(1),
                .name = row.text(2),
                .scopes = row.text(3),
                .hash = row.text(4),
                .last4 = row.text(5),
                .created_ms = row.unsigned_integer(6),
                .expires_ms = std::nullopt};
  if (!row.is_null(7)) key.expires_ms = row.unsigned_integer(7);
  return key;
}

const std::string select_api_key =
    "SELECT id, kind, name, scopes, hash, last4, created, expires FROM api_keys";

}  // namespace

Result<void> SqlStore::insert_api_key(const ApiKeyRow& key) {
  return write([&]() -> Result<void> {
    database_.run("INSERT INTO api_keys VALUES (?,?,?,?,?,?,?,?)", key.id, key.kind, key.name,
                  key.scopes, key.hash, key.last4, key.created_ms, key.expires_ms);
    return {};
  });
}

Result<ApiKeyRow> SqlStore::api_key_by_hash(std::string_view hash) {
  return guarded([&]() -> Result<ApiKeyRow> {
    auto row = database_.query(select_api_key + " WHERE hash = ?", hash);
    if (!row.next()) return Errc::not_found;
    return read_api_key(row);
  });
}

Result<std::vector<ApiKeyRow>> SqlStore::api_keys() {
  return guarded([&]() -> Result<std::vector<ApiKeyRow>> {
    std::vector<ApiKeyRow> keys;
    auto row = database_.query(select_api_key + " ORDER BY created, id");
    while (row.next()) keys.push_back(read_api_key(row));
    return keys;
  });
}

Result<std::optional<IdempotencyRow>> SqlStore::claim_idempotency(const IdempotencyRow& row) {
  return write([&]() -> Result<std::optional<IdempotencyRow>> {
    const std::uint64_t claimed =
        database_.run("INSERT INTO idempotency_keys VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                      row.owner, row.key, row.request_hash, row.status, row.body, row.created_ms);
    if (claimed == 1) return std::optional<IdempotencyRow>{};
    auto taken = database_.query(
        "SELECT request_hash, status, body, created FROM idempotency_keys"
        " WHERE owner = ? AND key = ?",
        row.owner, row.key);
    taken.next();
    return std::optional<IdempotencyRow>{{.owner = row.owner,
                                          .key = row.key,
                                          .request_hash = taken.text(0),
                                          .status = static_cast<int>(taken.integer(1)),
                                          .body = taken.text(2),
                                          .created_ms = taken.unsigned_integer(3)}};
  });
}

Result<void> SqlStore::finish_idempotency(std::string_view owner, std::string_view key,
                                             int status, std::string_view body) {
  return write([&]() -> Result<void> {
    database_.run("UPDATE idempotency_keys SET status = ?, body = ? WHERE owner = ? AND key = ?",
                  status, body, owner, key);
    return {};
  });
}

Result<void> SqlStore::release_idempotency(std::string_view owner, std::string_view key) {
  return write([&]() -> Result<void> {
    database_.run("DELETE FROM idempotency_keys WHERE owner = ? AND key = ?", owner, key);
    return {};
  });
}

Result<void> SqlStore::expire_idempotency(std::uint64_t before_ms) {
  return write([&]() -> Result<void> {
    database_.run("DELETE FROM idempotency_keys WHERE created < ?", before_ms);
    return {};
  });
}

}  // namespace waymark::tracker::sql
