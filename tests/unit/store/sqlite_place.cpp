// Stores of the tests in SQLite.
#include "tests/unit/store/store_fixture.hpp"

#include <sqlite3.h>

namespace waymark::tracker {

StorePlace::StorePlace()
    : file_((folder_.path() / "store.db").string()), url_("sqlite:" + file_) {}
StorePlace::~StorePlace() = default;

void StorePlace::execute(const std::string& sql) const {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace waymark::tracker
