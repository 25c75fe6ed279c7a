// Stores of the tests in PostgreSQL: one server for the program, a schema for each store.
#include "tests/unit/store/postgres_place.hpp"

#include "tests/unit/store/store_fixture.hpp"

#include <fmt/format.h>

namespace waymark::tracker {

test::PostgresServer& postgres_server() {
  static test::PostgresServer server;
  return server;
}

StorePlace::StorePlace() {
  static int made = 0;
  const std::string schema = fmt::format("store_{}", ++made);
  postgres_server().execute("CREATE SCHEMA " + schema);
  url_ = postgres_server().url() + "&options=-csearch_path%3D" + schema;
}

StorePlace::~StorePlace() = default;

void StorePlace::execute(const std::string& sql) const {
  test::execute_sql(url_, sql);
}

}  // namespace waymark::tracker
