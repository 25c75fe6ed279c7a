// The PostgreSQL server of the test program, started with the first store.
#pragma once

#include "tests/support/postgres_server.hpp"

namespace waymark::tracker {

test::PostgresServer& postgres_server();

}  // namespace waymark::tracker
