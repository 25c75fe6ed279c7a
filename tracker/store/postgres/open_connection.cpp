#include "tracker/store/postgres/open_connection.hpp"

#include "common/settings/mask.hpp"
#include "tracker/store/postgres/batch_writer.hpp"
#include "tracker/store/postgres/migrations.hpp"

#include <fmt/format.h>

namespace waymark::tracker::postgres {

namespace {

constexpr int oldest_server = 150'000;

// Every commit is durable, also where the server's default is a faster one. Nobody waits for ever:
// for a lock that another tracker holds, or for one that stands still in a transaction.
constexpr std::string_view writer_session =
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local');"
    "SET lock_timeout = '10s';"
    "SET idle_in_transaction_session_timeout = '10s';"
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;";
constexpr std::string_view reader_session =
    "SET default_transaction_read_only = on;"
    "SET statement_timeout = '30s';";

void check_server(Connection& connection, std::string_view name) {
  if (connection.server_version() < oldest_server) {
    throw StartupError{
        exit_code::config,
        fmt::format("store {}: the server is older than PostgreSQL 15; upgrade it", name)};
  }
  auto encoding = connection.query("SELECT current_setting('server_encoding')");
  if (encoding.next() && encoding.view(0) != "UTF8") {
    throw StartupError{exit_code::config,
                       fmt::format("store {}: the database is encoded as {}; make one with "
                                   "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
                                   name, encoding.view(0))};
  }
}

}  // namespace

Connection open_connection(std::string_view url, StoreAccess access) {
  const bool writes = access == StoreAccess::write;
  const std::string name = mask_passwords(url);
  try {
    Connection connection{std::string{url}, std::string{writes ? writer_session : reader_session}};
    check_server(connection, name);
    refuse_newer(connection, name);
    if (writes) {
      migrate(connection);
      connection.add_session(BatchWriter::staging_table);
    }
    return connection;
  } catch (const sql::Error& error) {
    throw StartupError{exit_code::unavailable, describe(error, name)};
  }
}

}  // namespace waymark::tracker::postgres
