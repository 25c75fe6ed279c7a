#include "tracker/store/sqlite/memory_table.hpp"

#include <fmt/format.h>

#include <memory>

namespace waymark::tracker::sqlite {

namespace {

struct Definition {
  std::string declaration;
  MemoryRows& rows;
};

struct Table : sqlite3_vtab {
  MemoryRows* rows = nullptr;
};

struct RowCursor : sqlite3_vtab_cursor {
  MemoryRows* rows = nullptr;
  std::size_t row = 0;
  std::size_t end = 0;
};

RowCursor& of(sqlite3_vtab_cursor* cursor) {
  return *static_cast<RowCursor*>(cursor);
}

int connect(sqlite3* database, void* definition, int, const char* const*, sqlite3_vtab** made,
            char**) {
  const auto& known = *static_cast<const Definition*>(definition);
  const int code = sqlite3_declare_vtab(database, known.declaration.c_str());
  if (code != SQLITE_OK) return code;
  auto table = std::make_unique<Table>();
  table->rows = &known.rows;
  *made = table.release();
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}

// There is one way to read it: from the first row to the last.
int plan(sqlite3_vtab*, sqlite3_index_info* index) {
  index->estimatedCost = 1e6;
  index->estimatedRows = 10'000;
  return SQLITE_OK;
}

int open_cursor(sqlite3_vtab* table, sqlite3_vtab_cursor** made) {
  auto cursor = std::make_unique<RowCursor>();
  cursor->rows = static_cast<Table*>(table)->rows;
  *made = cursor.release();
  return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete static_cast<RowCursor*>(cursor);
  return SQLITE_OK;
}

int rewind(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  of(cursor).row = 0;
  of(cursor).end = of(cursor).rows->size();
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) {
  ++of(cursor).row;
  return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* cursor) {
  return of(cursor).row >= of(cursor).end ? 1 : 0;
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
  of(cursor).rows->read(of(cursor).row, number, ColumnValue{context});
  return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = static_cast<sqlite3_int64>(of(cursor).row);
  return SQLITE_OK;
}

constexpr sqlite3_module module = [] {
  sqlite3_module functions{};
  functions.xConnect = connect;
  functions.xBestIndex = plan;
  functions.xDisconnect = disconnect;
  functions.xOpen = open_cursor;
  functions.xClose = close_cursor;
  functions.xFilter = rewind;
  functions.xNext = next;
  functions.xEof = at_end;
  functions.xColumn = column;
  functions.xRowid = rowid;
  return functions;
}();

}  // namespace

void ColumnValue::put(std::string_view text) {
  sqlite3_result_text(context_, text.empty() ? "" : text.data(), static_cast<int>(text.size()),
                      SQLITE_STATIC);
}

void ColumnValue::put_blob(std::string_view bytes) {
  sqlite3_result_blob(context_, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()),
                      SQLITE_STATIC);
}

void add_memory_table(Database& database, const std::string& name, std::string_view columns,
                      MemoryRows& rows) {
  auto definition = std::make_unique<Definition>(fmt::format("CREATE TABLE x({})", columns), rows);
  // SQLite ends the definition with the connection, and also when it refuses it.
  database.add_module(name, module, definition.release(),
                      [](void* ended) { delete static_cast<Definition*>(ended); });
}

}  // namespace waymark::tracker::sqlite
